// Comes in by the link in the address: the secret stands behind '#', and is taken out of sight at once.
const secret = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const at = (id) => document.getElementById(id);
const invited = location.pathname === "/invited"; // an invitation says already who comes

if (secret) {
  at("form").hidden = false;
  at("mark-row").hidden = invited;
  at("role-row").hidden = invited;
  at("mark").required = !invited;
  (invited ? at("password") : at("mark")).focus();
} else {
  at("lead").textContent = "This address has no link in it. Open the whole link that you were given.";
}

at("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const say = (words) => { at("problem").textContent = words; };
  if (form.get("password") !== form.get("again")) {
    say("The two passwords differ.");
    at("again").focus();
    return;
  }
  say("");
  const body = { link: secret, password: form.get("password") };
  if (!invited) Object.assign(body, { mark: form.get("mark").trim(), role: form.get("role") });
  let answer, said;
  try {
    answer = await fetch("/api/v1/links", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    said = await answer.json();
  } catch {
    say("The node does not answer. Try again; if it took the link, log in instead.");
    return;
  }
  if (!answer.ok) {
    say(said.detail ?? said.title);
    return;
  }
  at("form").remove();
  at("lead").remove();
  at("done").hidden = false;
  at("done").textContent =
    `${said.mark} is in, as ${said.role}${said.party ? ` of ${said.party}` : ""}. ` +
    "Log in with this mark and the password that you chose.";
});
