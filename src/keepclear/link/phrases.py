"""Fixed phrases of the line, in four languages: structured first, free text second.

A phrase has a name that never changes; what it means is the English wording. Wording in a language
that nobody has reviewed is marked so wherever it is shown, because a wrong word at night is worse than
none. Where civil aviation has a word for it (ICAO Doc 4444, chapter 12, and Annex 10, volume II), that
word is used, in the meaning it has there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

__all__ = ["ICAO", "LANGUAGES", "PHRASES", "REVIEWED", "Language", "Phrase", "fields_of", "wording"]


class Language(Enum):
    """A language of the line."""

    ENGLISH = "en"
    FRENCH = "fr"
    RUSSIAN = "ru"
    ARABIC = "ar"


LANGUAGES: Final = tuple(Language)
REVIEWED: Final = frozenset({Language.ENGLISH})
"""English says what is meant; another language is added when somebody who speaks it on duty has read
its wording."""
UNREVIEWED: Final[Mapping[Language, str]] = MappingProxyType(
    {
        Language.FRENCH: "[unreviewed / non vérifié]",
        Language.RUSSIAN: "[unreviewed / не проверено]",
        Language.ARABIC: "[unreviewed / غير مراجَع]",
    }
)
"""What stands after wording that nobody has reviewed."""
ICAO: Final = "ICAO"
OURS: Final = "ours"
_FIELD: Final = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing that can be said."""

    name: str
    en: str
    fr: str
    ru: str
    ar: str
    source: str = OURS

    def __post_init__(self) -> None:
        asked = sorted(_FIELD.findall(self.en))
        if any(sorted(_FIELD.findall(text)) != asked for text in (self.fr, self.ru, self.ar)):
            raise ValueError(f"{self.name}: the languages do not say the same fields")


_TABLE: Final = (
    Phrase(
        "call.open",
        "This is the duty desk of {sender} on the direct line. Stay on the line and write this down. "
        "Any officer may take it.",
        "Ici la permanence de {sender} sur la ligne directe. Restez en ligne et notez ceci. "
        "Tout officier peut le prendre.",
        "Говорит дежурный пункт {sender}, прямая линия. Оставайтесь на линии и записывайте. "
        "Принять может любой дежурный.",
        "معكم مكتب المناوبة لدى {sender} على الخط المباشر. ابقوا على الخط ودوّنوا ما يلي. "
        "يمكن لأي ضابط أن يستلمه.",
    ),
    Phrase(
        "call.close",
        "Read it back to me now.",
        "Relisez-le-moi maintenant.",
        "Повторите мне сейчас.",
        "أعيدوا قراءته لي الآن.",
        ICAO,
    ),
    Phrase(
        "exercise",
        "EXERCISE EXERCISE EXERCISE",
        "EXERCICE EXERCICE EXERCICE",
        "УЧЕНИЕ УЧЕНИЕ УЧЕНИЕ",
        "تمرين تمرين تمرين",
    ),
    Phrase(
        "voice.cease",
        "STOP. STOP. CEASE.",
        "STOP. STOP. CESSEZ.",
        "СТОП. СТОП. ПРЕКРАТИТЬ.",
        "قف. قف. أوقفوا.",
    ),
    Phrase(
        "voice.hold",
        "STOP. STOP. HOLD.",
        "STOP. STOP. ATTENDEZ.",
        "СТОП. СТОП. ЖДАТЬ.",
        "قف. قف. انتظروا.",
    ),
    Phrase(
        "voice.stay-away",
        "STOP. STOP. STAY AWAY.",
        "STOP. STOP. RESTEZ À L'ÉCART.",
        "СТОП. СТОП. НЕ ПРИБЛИЖАТЬСЯ.",
        "قف. قف. ابقوا بعيداً.",
    ),
    Phrase(
        "stop.cease",
        "STOP. STOP. Cease what you do at this place.",
        "STOP. STOP. Cessez ce que vous faites à cet endroit.",
        "СТОП. СТОП. Прекратите действия в этом месте.",
        "قف. قف. أوقفوا ما تقومون به في هذا المكان.",
    ),
    Phrase(
        "stop.hold",
        "STOP. STOP. Hold. Do not begin at this place.",
        "STOP. STOP. Attendez. Ne commencez pas à cet endroit.",
        "СТОП. СТОП. Ждите. Не начинайте в этом месте.",
        "قف. قف. انتظروا. لا تبدأوا في هذا المكان.",
    ),
    Phrase(
        "stop.stay-away",
        "STOP. STOP. Stay away from this place.",
        "STOP. STOP. Restez à l'écart de cet endroit.",
        "СТОП. СТОП. Не приближайтесь к этому месту.",
        "قف. قف. ابقوا بعيداً عن هذا المكان.",
    ),
    Phrase(
        "stop.wilco",
        "WILCO. Understood, and I will do it.",
        "WILCO. Compris, j'exécute.",
        "ВЫПОЛНЯЮ. Понял, выполняю.",
        "ويلكو. فهمت وسأنفّذ.",
        ICAO,
    ),
    Phrase(
        "stop.unable",
        "UNABLE. I cannot do it. Reason follows.",
        "UNABLE. Impossible. La raison suit.",
        "НЕ МОГУ. Выполнить не могу. Причина следует.",
        "أنيبل. لا أستطيع التنفيذ. السبب يلي.",
        ICAO,
    ),
    Phrase(
        "stop.standby",
        "STANDBY. Wait, I will call you. This is not an answer yet.",
        "STANDBY. Attendez, je vous rappelle. Ce n'est pas encore une réponse.",
        "ЖДИТЕ. Ждите, я вас вызову. Это ещё не ответ.",
        "ستاندباي. انتظروا، سأعاود الاتصال. هذا ليس جواباً بعد.",
        ICAO,
    ),
    Phrase(
        "stop.roger",
        "ROGER. I have received all of it. This does not say that I will do it.",
        "ROGER. J'ai tout reçu. Cela ne dit pas que j'exécute.",
        "ПОНЯЛ. Принял полностью. Это не значит, что я выполняю.",
        "روجر. استلمت كل شيء. هذا لا يعني أنني سأنفّذ.",
        ICAO,
    ),
    Phrase(
        "stop.confirmed",
        "Unit confirms stopped.",
        "L'unité confirme l'arrêt.",
        "Подразделение подтверждает остановку.",
        "الوحدة تؤكد التوقف.",
    ),
    Phrase(
        "place",
        "Place, check letters:",
        "Lieu, lettres de contrôle :",
        "Место, контрольные буквы:",
        "المكان، أحرف التحقق:",
    ),
    Phrase(
        "time",
        "Time, check letters:",
        "Heure, lettres de contrôle :",
        "Время, контрольные буквы:",
        "الوقت، أحرف التحقق:",
    ),
    Phrase(
        "reference",
        "Reference: {reference}.",
        "Référence : {reference}.",
        "Номер: {reference}.",
        "المرجع: {reference}.",
    ),
    Phrase(
        "words",
        "Four words to compare:",
        "Quatre mots à comparer :",
        "Четыре слова для сверки:",
        "أربع كلمات للمقارنة:",
    ),
    Phrase(
        "say-again",
        "SAY AGAIN {part}.",
        "RÉPÉTEZ {part}.",
        "ПОВТОРИТЕ {part}.",
        "أعيدوا {part}.",
        ICAO,
    ),
    Phrase(
        "read-back.correct",
        "READ-BACK CORRECT.",
        "COLLATIONNEMENT EXACT.",
        "ПОВТОРЕНО ПРАВИЛЬНО.",
        "إعادة القراءة صحيحة.",
        ICAO,
    ),
    Phrase(
        "read-back.wrong",
        "NEGATIVE. I say again {part}.",
        "NÉGATIF. Je répète {part}.",
        "НЕТ. Повторяю {part}.",
        "سلبي. أعيد {part}.",
        ICAO,
    ),
    Phrase(
        "crossing.found",
        "Our plans cross. Details follow.",
        "Nos plans se croisent. Les détails suivent.",
        "Наши планы пересекаются. Подробности следуют.",
        "خططنا تتقاطع. التفاصيل تلي.",
    ),
    Phrase(
        "movement.delayed",
        "The movement is delayed. New times follow.",
        "Le mouvement est retardé. Les nouvelles heures suivent.",
        "Движение задерживается. Новое время следует.",
        "الحركة متأخرة. الأوقات الجديدة تلي.",
    ),
    Phrase(
        "movement.holding",
        "The movement holds at its holding point.",
        "Le mouvement attend à son point d'attente.",
        "Колонна ждёт в точке ожидания.",
        "الحركة متوقفة في نقطة الانتظار.",
    ),
    Phrase(
        "answer.noted",
        "Noted. Received and read. This is no permission.",
        "Noté. Reçu et lu. Ce n'est pas une autorisation.",
        "Принято к сведению. Получено и прочитано. Это не разрешение.",
        "أُخذ علماً. استُلم وقُرئ. هذا ليس إذناً.",
    ),
    Phrase(
        "answer.query",
        "Question about {part}. Please check it.",
        "Question sur {part}. Veuillez vérifier.",
        "Вопрос по {part}. Прошу проверить.",
        "سؤال حول {part}. يرجى التحقق.",
    ),
    Phrase(
        "answer.contact-us",
        "Contact our desk.",
        "Contactez notre permanence.",
        "Свяжитесь с нашим дежурным.",
        "اتصلوا بمكتبنا.",
    ),
    Phrase(
        "test",
        "Line test. How do you read?",
        "Essai de ligne. Comment recevez-vous ?",
        "Проверка связи. Как слышите?",
        "اختبار الخط. كيف تسمعونني؟",
        ICAO,
    ),
    Phrase(
        "test.answer",
        "Line test answered. I read you {readability} of 5.",
        "Essai de ligne reçu. Je vous reçois {readability} sur 5.",
        "Проверка связи принята. Слышу вас на {readability} из 5.",
        "اختبار الخط مستلَم. أسمعكم {readability} من 5.",
        ICAO,
    ),
    Phrase(
        "no-permission",
        "Received. This is no permission, no agreement and no assurance.",
        "Reçu. Ce n'est ni une autorisation, ni un accord, ni une assurance.",
        "Получено. Это не разрешение, не согласие и не гарантия.",
        "استُلم. هذا ليس إذناً ولا اتفاقاً ولا ضماناً.",
    ),
    Phrase(
        "proceed",
        "Nothing you do depends on this receipt.",
        "Rien de ce que vous faites ne dépend de cet accusé.",
        "Ничто из того, что вы делаете, не зависит от этого подтверждения.",
        "لا يتوقف أي شيء تفعلونه على هذا الإيصال.",
    ),
)
PHRASES: Final[Mapping[str, Phrase]] = MappingProxyType({one.name: one for one in _TABLE})
"""By name; a name is never given another meaning, and none is taken away."""


def wording(name: str, language: Language, **fields: str) -> str:
    """A phrase in a language, with its fields; marked where nobody has reviewed that language.

    Raises:
        KeyError: there is no such phrase, or a field of it is missing.
    """
    phrase = PHRASES[name]
    text: str = getattr(phrase, language.value).format_map(fields)
    return text if language in REVIEWED else f"{text} {UNREVIEWED[language]}"


def fields_of(name: str) -> tuple[str, ...]:
    """The fields that a phrase needs."""
    return tuple(sorted(set(_FIELD.findall(PHRASES[name].en))))
