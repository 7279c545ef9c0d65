"""French: the words of columns, choices and templates. Not reviewed by a native speaker."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from keepclear.formats.labels.language import Language

__all__ = ["FRENCH"]

FRENCH: Final = Language(
    code="fr",
    own_name="Français",
    reviewed=False,
    right_to_left=False,
    columns=MappingProxyType(
        {
            "id": (
                "Référence", "Réf", "N° de référence", "Numéro de référence", "Identifiant",
                "Code du site", "Code de l'établissement",
            ),
            "party": ("Organisation", "Nom de l'organisation", "Agence", "ONG", "Déclarant"),
            "on_behalf_of": ("Au nom de", "Pour le compte de", "Partenaire"),
            "kind": ("Nature", "Nature de la déclaration"),
            "state": ("État",),
            "priority": ("Priorité",),
            "name": (
                "Nom", "Nom de l'établissement", "Nom du site", "Nom de la structure",
                "Établissement", "Formation sanitaire", "Nom de la formation sanitaire",
                "Nom du lieu",
            ),
            "alias": ("Autre nom", "Alias", "Connu aussi sous le nom de"),
            "site_type": (
                "Type", "Type d'établissement", "Type de site", "Type de structure", "Fonction",
            ),
            "position": (
                "Position", "Coordonnées", "Coordonnées GPS", "Coordonnées géographiques", "Où",
                "GPS", "Lieu (coordonnées)",
            ),
            "position_2": (
                "Position, autre notation", "Position 2", "Seconde position", "Coordonnées 2",
            ),
            "latitude": ("Latitude", "Lat", "Latitude GPS", "Latitude N"),
            "longitude": ("Longitude", "Long", "Lon", "Longitude GPS", "Longitude E"),
            "lat_deg": ("Latitude degrés", "Lat degrés"),
            "lat_min": ("Latitude minutes", "Lat minutes"),
            "lat_sec": ("Latitude secondes", "Lat secondes"),
            "lat_hem": ("Latitude hémisphère", "Hémisphère N/S"),
            "lon_deg": ("Longitude degrés", "Long degrés"),
            "lon_min": ("Longitude minutes", "Long minutes"),
            "lon_sec": ("Longitude secondes", "Long secondes"),
            "lon_hem": ("Longitude hémisphère", "Hémisphère E/O"),
            "datum": ("Datum", "Système géodésique", "Système de référence"),
            "time_zone": ("Fuseau horaire", "Décalage UTC"),
            "position_method": (
                "Méthode de localisation", "Source des coordonnées", "Source de la position",
            ),
            "measured_on": ("Date de la mesure", "Position relevée le"),
            "position_error_m": (
                "Erreur de position", "Erreur estimée", "Précision", "Précision GPS",
            ),
            "wkt": ("Contour (WKT)", "WKT", "Contour", "Géométrie", "Emprise"),
            "entrance": ("Entrée", "Point d'entrée", "Portail"),
            "height_m": ("Hauteur du bâtiment",),
            "country": ("Pays", "Nom du pays"),
            "admin_area": (
                "Zone administrative", "Gouvernorat", "Province", "Région", "District",
                "Département", "Cercle",
            ),
            "description": (
                "Lieu décrit en mots", "Description", "Description du lieu", "Indications",
            ),
            "standoff_m": ("Distance à garder", "Distance de sécurité", "Zone tampon"),
            "radius_m": ("Rayon",),
            "half_width_m": ("Demi-largeur du couloir", "Demi-largeur"),
            "ground_m": ("Sol", "Altitude du sol", "Terrain"),
            "altitude_lower": (
                "Limite inférieure", "Altitude inférieure", "Plancher", "Altitude minimale",
            ),
            "altitude_upper": (
                "Limite supérieure", "Altitude supérieure", "Plafond", "Altitude maximale",
            ),
            "time_start": ("Début", "Heure de début", "Date de début", "À partir de"),
            "time_end": ("Fin", "Heure de fin", "Date de fin", "Jusqu'à"),
            "times": ("Heures",),
            "edges": ("Arêtes",),
            "leg_errors_m": ("Erreurs des tronçons",),
            "marking": ("Marquage", "Marquages", "Signalisation", "Logo"),
            "function_since": ("En service depuis", "Fonction depuis"),
            "confirmed_on": ("Fonction confirmée le", "Confirmé le"),
            "photos": ("Photos", "Fichiers photo"),
            "contact_role": (
                "Contact : fonction du bureau", "Fonction du contact", "Bureau de permanence",
                "Permanence", "Bureau",
            ),
            "contact_phone": (
                "Contact : téléphone", "Téléphone", "Tél", "Téléphone du bureau",
                "Numéro de téléphone",
            ),
            "contact_radio": ("Contact : radio", "Radio", "Canal radio"),
            "valid_until": ("À confirmer avant le", "Valable jusqu'au", "Validité", "Expiration"),
            "consented_recipients": ("Peut être transmis à", "Destinataires", "Consentement"),
            "sensitivity": ("Sensibilité",),
            "purpose": ("Objet", "But", "Objet du mouvement", "Type de mouvement"),
            "vehicle_count": ("Véhicules", "Nombre de véhicules"),
            "vehicle_types": (
                "Types et couleurs des véhicules", "Type de véhicule", "Types de véhicules",
            ),
            "vehicle_plates": (
                "Plaques d'immatriculation", "Plaque d'immatriculation", "Immatriculation",
            ),
            "people_count": ("Personnes", "Nombre de personnes", "Passagers"),
            "return_leg": ("Retour par le même chemin", "Trajet retour", "Retour"),
            "abort_points": ("Points d'abandon", "Points de repli"),
            "emergency": ("Urgence",),
            "amendment_of": ("Remplace la référence", "Modifie", "Modification de"),
            "stops": ("Étapes en mots",),
            "stop_kind": ("Ce qui s'y passe", "Type d'étape", "Type de point"),
            "stop_name": ("Étape", "Nom de l'étape", "Point de passage", "Point"),
            "arrival_earliest": (
                "Arrivée au plus tôt", "Arrivée", "Heure d'arrivée", "Arrivée prévue",
            ),
            "arrival_latest": ("Arrivée au plus tard",),
            "departure_earliest": (
                "Départ au plus tôt", "Départ", "Heure de départ", "Départ prévu",
            ),
            "departure_latest": ("Départ au plus tard",),
            "stay_min": ("Arrêt maximal (minutes)", "Durée maximale d'arrêt", "Arrêt maximal"),
            "speed_kmh": ("Vitesse (km/h)", "Vitesse km/h"),
            "airspace_class": ("Classe d'espace aérien",),
            "airspace_type": ("Type d'espace aérien",),
            "airspace_local_type": ("Type local d'espace aérien",),
            "airspace_rules": ("Règles d'espace aérien",),
            "airspace_frequency": ("Fréquence d'espace aérien",),
            "airspace_station": ("Station d'espace aérien",),
            "airspace_transponder": ("Code transpondeur d'espace aérien",),
        }
    ),
    choices=MappingProxyType(
        {
            "kind": {
                "operation": ("opération",), "movement": ("mouvement", "convoi"),
                "site": ("site",), "restriction": ("restriction",), "area": ("zone",),
            },
            "site_type": {
                "hospital": ("hôpital",), "clinic": ("clinique", "dispensaire"),
                "warehouse": ("entrepôt",), "office": ("bureau",),
                "guesthouse": ("maison d'hôtes",), "water": ("eau", "point d'eau"),
                "power": ("électricité",), "school": ("école",),
                "distribution point": ("point de distribution",), "camp": ("camp",),
            },
            "position_method": {
                "GPS in place": ("GPS sur place",), "map": ("carte",), "address": ("adresse",),
                "satellite image": ("image satellite",),
            },
            "datum": {"local": ("local",), "unknown": ("inconnu",)},
            "marking": {
                "day": ("jour",), "night": ("nuit",), "thermal": ("thermique",),
                "none": ("aucun",),
            },
            "sensitivity": {
                "low": ("faible",), "moderate": ("modérée",), "high": ("élevée",),
                "severe": ("très élevée",),
            },
            "purpose": {
                "staff": ("personnel",), "food": ("vivres",), "non-food": ("non alimentaire",),
                "medical": ("médical",), "migrants": ("migrants",),
                "evacuation": ("évacuation",), "general cargo": ("marchandises diverses",),
                "repair": ("réparation",), "vaccination": ("vaccination",),
            },
            "stop_kind": {
                "departure": ("départ",), "waypoint": ("point de passage", "passage"),
                "holding point": ("point d'attente", "attente"),
                "overnight stop": ("arrêt de nuit", "nuit"), "arrival": ("arrivée",),
                "abort point": ("point de repli",),
            },
            "yes/no": {"yes": ("oui", "o"), "no": ("non",)},
        }
    ),
    refused=MappingProxyType(
        {
            "personname": (
                "Nom du contact", "Personne de contact", "Personne à contacter", "Nom et prénom",
                "Prénom", "Nom de famille", "Chauffeur", "Nom du chauffeur", "Conducteur",
                "Noms des passagers", "Nom du responsable",
            ),
            "idnumber": (
                "Numéro de passeport", "Passeport", "Carte d'identité", "Numéro d'identité",
                "Pièce d'identité", "Permis de conduire",
            ),
            "nationality": ("Nationalité", "Nationalités"),
            "dateofbirth": ("Date de naissance",),
            "patients": ("Patient", "Nom du patient", "Noms des patients"),
            "target": ("Cible", "Cibles", "Objectif militaire"),
            "weapon": ("Arme", "Armes", "Munition", "Armement"),
            "enemy": ("Ennemi", "Ennemis", "Menace", "Hostile"),
        }
    ),
    words=MappingProxyType(
        {
            "title_sites": "Notification de sites",
            "title_movements": "Notification de mouvements",
            "how_sites": "Une ligne par site. Ligne grise : un exemple, qui n'est pas lu.",
            "how_movements": (
                "Une ligne par étape, dans l'ordre ; la même référence les réunit en un mouvement. "
                "Lignes grises : un exemple, qui n'est pas lu."
            ),
            "readme": "Lisez-moi",
            "not_permission": (
                "Un accusé de réception dit que la notification a été reçue. Ce n'est ni une "
                "autorisation, ni une garantie, ni un accord."
            ),
            "contact_is_desk": (
                "Le contact est celui du bureau, par sa fonction. Les noms, nationalités et "
                "numéros d'identité de personnes sont refusés."
            ),
            "times_utc": "Toutes les heures sont en UTC.",
            "unreviewed": "Ce texte n'a pas été relu par une personne de langue maternelle.",
            "required": "Obligatoire.",
            "choose": "Choisissez dans la liste, ou écrivez vos propres mots.",
            "choose_only": "Choisissez dans la liste.",
            "answer": "Réponse",
            "accepted": "accepté",
            "refused": "refusé",
            "look": "à vérifier",
            "not_taken": "pas lu",
            "sites": "Sites",
            "movements": "Mouvements",
            "example_name": "Clinique Bravo",
            "example_words": "9 km au sud de la piste Bravo",
            "example_desk": "Bureau de permanence, Relief",
        }
    ),
)  # fmt: skip
