// Starts Swagger UI with what the page says, and logs in: the form at the top does, and so does trying
// `login` out. A script of its own, so that the page needs no inline one.
const element = document.getElementById("swagger-ui");
const form = document.getElementById("log-in");
const output = form.querySelector("output");
const RENEW_BEFORE_MS = 60000;
let renewal;

// The session of whoever is logged in goes on: its token is renewed before it runs out.
function take(session) {
  window.ui.preauthorizeApiKey("bearerAuth", session.access_token);
  clearTimeout(renewal);
  const wait = Math.max(session.expires_in * 1000 - RENEW_BEFORE_MS, 5000);
  renewal = setTimeout(() => send("/v1/auth/refresh", { refresh_token: session.refresh_token }), wait);
}

async function send(path, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.json();
  if (answer.ok) take(said);
  return answer.ok ? "Logged in: every call below is yours to try." : said.detail;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    output.value = await send("/v1/auth/login", Object.fromEntries(new FormData(form)));
  } catch {
    output.value = "The service cannot be reached.";
  }
});

const options = {
  url: element.dataset.specUrl,
  dom_id: "#swagger-ui",
  validatorUrl: null,
  responseInterceptor: (response) => {
    if (response.ok && /\/v1\/auth\/(login|refresh)$/.test(response.url)) take(JSON.parse(response.text));
    return response;
  },
};
window.ui = SwaggerUIBundle(Object.assign(options, JSON.parse(element.dataset.config || "{}")));
