import { formatDuration } from "@modelyard/base";
import { escapeHtml } from "../escape-html.ts";
import { formatNumber, plural } from "../format-number.ts";
import { intervalChart } from "../svg/interval-chart.ts";
import { lineageGraph } from "../svg/lineage-graph.ts";
import { tickText } from "../svg/scale.ts";
import type { DemoPage, PageComment, PageComparison, PageStep } from "./demo-page.ts";
import { driftPart } from "./drift-part.ts";
import { figure, part, verdictDot } from "./markup.ts";
import { PAGE_CSS } from "./page-css.ts";
import { rolloutPart } from "./rollout-part.ts";
import { drawAlerts, sanitiseHtml } from "./sanitise-html.ts";

/** No script, no request to anywhere: what the page shows is in the page. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The demo's page: one self-contained HTML file, light and dark, without scripts. Every text is escaped; comments are cut to an allow-list. */
export function renderPage(page: DemoPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(page.title)}</title>
<style>${PAGE_CSS}</style>
</head>
<body>
${hero(page)}
<main>
${parts(page)
  .map((one) => one.html)
  .filter((html) => html !== "")
  .join("\n")}
</main>
<footer><div>Made by one run of the demo on <time datetime="${escapeHtml(page.generated)}">${escapeHtml(page.generated.slice(0, 16).replace("T", " "))} UTC</time>. No script and no outside resource in this page.</div></footer>
</body>
</html>
`;
}

interface Part {
  readonly id: string;
  readonly name: string;
  readonly html: string;
}

function parts(page: DemoPage): Part[] {
  const one = (id: string, name: string, title: string, lead: string, content: string): Part => ({
    id,
    name,
    html: part(id, title, lead, content),
  });
  return [
    one(
      "loop",
      "The loop",
      "What happened, and why",
      "Each step decided something from what the step before left in the yard.",
      timeline(page.steps),
    ),
    one(
      "comparison",
      "Comparison",
      "Was the new model better?",
      "Differences on the same examples, with their confidence intervals. Inside the grey band a difference does not matter.",
      comparisons(page.comparisons),
    ),
    one(
      "comments",
      "Comments",
      "What reviewers saw",
      "The comments as GitHub shows them, each kept up to date in place.",
      page.comments.map(commentBox).join(""),
    ),
    one(
      "rollouts",
      "Rollouts",
      "How it went live",
      "New versions take traffic in steps; each step is judged against the stable version at the same moment.",
      page.rollouts.map(rolloutPart).join(""),
    ),
    one(
      "drift",
      "Drift",
      "What changed in the world",
      "Live traffic against the data that the model was trained on.",
      page.drift.map(driftPart).join(""),
    ),
    one(
      "lineage",
      "Lineage",
      "Where it all came from",
      "From data to run to model to image to stage, by the records in the yard.",
      lineage(page),
    ),
    one("fakes", "What was fake", "Which parts were fake here", "Everything else ran as it does in production.", fakes(page.fakes)),
  ];
}

const LOGO = `<svg viewBox="0 0 26 26" aria-hidden="true"><path class="ring" d="M22 9.5A10 10 0 1 0 22.6 16"/><circle class="spot" cx="22.4" cy="9.6" r="3.1"/></svg>`;

function hero(page: DemoPage): string {
  const facts = page.facts
    .map(
      (fact) =>
        `<div><dt>${escapeHtml(fact.label)}</dt><dd>${escapeHtml(fact.value)}${fact.note === undefined ? "" : `<small>${escapeHtml(fact.note)}</small>`}</dd></div>`,
    )
    .join("");
  const links = parts(page)
    .filter((one) => one.html !== "")
    .map((one) => `<a href="#${one.id}">${one.name}</a>`)
    .join("");
  return `<header class="hero"><div><div class="brand">${LOGO}Modelyard</div><h1>${escapeHtml(page.title)}</h1><p class="subtitle">${escapeHtml(page.subtitle)}</p>${facts === "" ? "" : `<dl class="facts">${facts}</dl>`}<nav aria-label="Parts of this page">${links}</nav></div></header>`;
}

function timeline(steps: readonly PageStep[]): string {
  return steps.length === 0 ? "" : `<ol class="timeline">${steps.map(timelineStep).join("")}</ol>`;
}

function timelineStep(step: PageStep): string {
  const chips = step.details.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`).join("");
  return `<li>${verdictDot(step.verdict)}<div class="card step"><div class="step-head"><h3>${escapeHtml(step.title)}</h3><code>${escapeHtml(step.action)}</code><time>${formatDuration(step.durationMs)}</time></div><p class="decision">${escapeHtml(step.decision)}</p><p class="why">${escapeHtml(step.why)}</p>${chips === "" ? "" : `<dl class="chips">${chips}</dl>`}</div></li>`;
}

function comparisons(list: readonly PageComparison[]): string {
  const drawn = list
    .filter((one) => one.rows.length > 0)
    .map((one) => {
      const improved = one.rows.filter((row) => row.change === "improved").length;
      const description = `${plural(one.rows.length, "metric")}, ${improved} improved: ${one.rows.map((row) => `${row.label} ${formatNumber(row.value, 3)}`).join(", ")}.`;
      return figure(
        one.title,
        `margin ±${tickText(one.margin)}`,
        intervalChart({
          title: one.title,
          description,
          width: 504,
          rows: one.rows,
          margin: one.margin,
          unit: "difference; right is better",
        }),
      );
    });
  return drawn.length === 0 ? "" : `<div class="pair">${drawn.join("")}</div>`;
}

function commentBox(comment: PageComment): string {
  return `<article class="gh"><header class="gh-head"><b>github-actions</b><i>bot</i> commented<span>${escapeHtml(comment.title)}</span></header><div class="gh-body">${drawAlerts(sanitiseHtml(comment.html))}</div></article>`;
}

function lineage(page: DemoPage): string {
  const { nodes, edges } = page.lineage;
  if (nodes.length === 0) return "";
  return `<div class="card lineage">${lineageGraph(page.lineage, { title: "Lineage", description: `${plural(nodes.length, "record")} and ${plural(edges.length, "link")} from data to stages.` })}</div>`;
}

function fakes(list: readonly string[]): string {
  return list.length === 0 ? "" : `<div class="card fakes"><ul>${list.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul></div>`;
}
