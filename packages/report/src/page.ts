/** The demo's page: `renderPage(page)` gives one self-contained HTML file; `rolloutForPage` turns a rollout's events into its charts. */
export * from "./page/demo-page.ts";
export { COMMENT_CSS } from "./page/page-css.ts";
export { renderPage } from "./page/render-page.ts";
export { rolloutForPage } from "./page/rollout-for-page.ts";
export { drawAlerts, sanitiseHtml } from "./page/sanitise-html.ts";
