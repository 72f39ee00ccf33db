// Starts Swagger UI with what the page says, so that the page needs no inline script.
const element = document.getElementById("swagger-ui");
const options = { url: element.dataset.specUrl, dom_id: "#swagger-ui", validatorUrl: null };
window.ui = SwaggerUIBundle(Object.assign(options, JSON.parse(element.dataset.config || "{}")));
