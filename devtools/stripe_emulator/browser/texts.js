// The words of the frames, and their colours. Languages without words of their own get English.
const WORDS = {
  en: {
    card: "Card",
    hint: "Test payments: use 4242 4242 4242 4242",
    number: "Card number",
    expiry: "Expiry date (MM / YY)",
    cvc: "Security code",
    incomplete_number: "Your card number is incomplete.",
    invalid_number: "Your card number is invalid.",
    incomplete_expiry: "Your card's expiry date is incomplete.",
    invalid_expiry: "Your card's expiry date is in the past.",
    incomplete_cvc: "Your card's security code is incomplete.",
    connection: "The payment could not be sent. Please check your connection and try again.",
    bank: "Is it you who is paying?",
    bank_text: "This page stands for your bank (3-D Secure). No real bank is asked.",
    complete: "Complete payment",
    fail: "Fail payment",
    over: "This question was answered already.",
  },
  de: {
    card: "Karte",
    hint: "Testzahlungen: 4242 4242 4242 4242 verwenden",
    number: "Kartennummer",
    expiry: "Gültig bis (MM / JJ)",
    cvc: "Prüfziffer",
    incomplete_number: "Die Kartennummer ist unvollständig.",
    invalid_number: "Die Kartennummer ist ungültig.",
    incomplete_expiry: "Das Ablaufdatum ist unvollständig.",
    invalid_expiry: "Das Ablaufdatum liegt in der Vergangenheit.",
    incomplete_cvc: "Die Prüfziffer ist unvollständig.",
    connection: "Die Zahlung konnte nicht gesendet werden. Bitte Verbindung prüfen und noch einmal versuchen.",
    bank: "Zahlen Sie gerade selbst?",
    bank_text: "Diese Seite steht für Ihre Bank (3-D Secure). Keine echte Bank wird gefragt.",
    complete: "Zahlung bestätigen",
    fail: "Zahlung ablehnen",
    over: "Diese Frage ist schon beantwortet.",
  },
};
let words = WORDS.en;

export const say = (name) => words[name];

export function setLanguage(locale) {
  const wanted = locale && locale !== "auto" ? locale : navigator.language;
  const language = wanted.slice(0, 2) in WORDS ? wanted.slice(0, 2) : "en";
  words = WORDS[language];
  document.documentElement.lang = language;
  document.querySelectorAll("[data-text]").forEach((element) => { element.textContent = words[element.dataset.text]; });
}

const COLOURS = { colorPrimary: "--primary", colorBackground: "--background", colorText: "--text", colorDanger: "--danger" };

export function setAppearance({ theme, variables = {} } = {}) {
  const root = document.documentElement;
  const night = theme ? theme === "night" : window.matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = night ? "night" : "day";
  for (const [name, property] of Object.entries(COLOURS)) {
    if (variables[name]) root.style.setProperty(property, variables[name]);
  }
}

export async function post(path, values) {
  const answer = await fetch(path, { method: "POST", body: new URLSearchParams(values) });
  return { ok: answer.ok, body: await answer.json() };
}
