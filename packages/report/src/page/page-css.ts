import { CHART_COLOURS_DARK, CHART_COLOURS_LIGHT, CHART_CSS } from "../svg/chart-css.ts";

const LAYOUT = `
:root{color-scheme:light dark;${CHART_COLOURS_LIGHT};--page:#f4f6f9;--shade:#eef1f5;--accent:#0067a5}
@media(prefers-color-scheme:dark){:root{${CHART_COLOURS_DARK};--page:#0d1218;--shade:#1d2530;--accent:#5cb8f2}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 Inter,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,system-ui,sans-serif}
main,.hero>div,footer>div{max-width:1120px;margin:0 auto;padding:0 24px}
h1,h2,h3{line-height:1.2;margin:0;letter-spacing:-.015em;text-wrap:balance}
h1{font-size:clamp(30px,4.2vw,44px);font-weight:750}
h2{font-size:27px;font-weight:700}
h3{font-size:18px;font-weight:650}
p{margin:0}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:4px}
.hero{background:linear-gradient(180deg,var(--card),var(--page));border-bottom:1px solid var(--line);padding:52px 0 40px}
.brand{display:flex;align-items:center;gap:10px;font-weight:650;font-size:14px;color:var(--soft);margin-bottom:20px}
.brand svg{width:26px;height:26px}
.brand .ring{fill:none;stroke:var(--accent);stroke-width:2.4;stroke-linecap:round}
.brand .spot{fill:var(--c1)}
.subtitle{font-size:19px;color:var(--soft);max-width:64ch;margin-top:14px;text-wrap:pretty}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:1px;background:var(--line);border:1px solid var(--line);border-radius:14px;overflow:hidden;margin:34px 0 0}
.facts div{background:var(--card);padding:17px 20px 16px;display:grid;grid-row:span 2;grid-template-rows:subgrid;row-gap:0}
.facts dt{font-size:13px;color:var(--soft);align-self:end;line-height:1.3}
.facts dd{margin:2px 0 0;font-size:28px;font-weight:700;letter-spacing:-.02em;font-variant-numeric:tabular-nums;line-height:1.2}
.facts dd small{display:block;font-size:13px;font-weight:400;letter-spacing:0;color:var(--soft);margin-top:4px;line-height:1.4}
nav{display:flex;flex-wrap:wrap;gap:6px 22px;margin-top:26px;font-size:15px}
nav a{text-decoration:none;font-weight:550}
nav a:hover{text-decoration:underline}
section{padding:54px 0 0}
.lead{color:var(--soft);max-width:96ch;margin:8px 0 22px;text-wrap:pretty}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px}
.scroll{overflow-x:auto}
.dot-mark{flex:none;display:inline-grid;place-items:center;width:24px;height:24px;border-radius:50%;font-size:13px;font-weight:700;line-height:1;background:color-mix(in srgb,var(--v) 16%,var(--card));color:var(--v);border:1.5px solid var(--v)}
.pass{--v:var(--good)}.fail{--v:var(--bad)}.inconclusive{--v:var(--warn)}.info{--v:var(--accent)}
.pill{margin-left:auto;flex:none;font-size:13px;font-weight:650;padding:3px 12px;border-radius:99px;color:var(--v);background:color-mix(in srgb,var(--v) 13%,var(--card));border:1px solid color-mix(in srgb,var(--v) 40%,var(--card))}
.num,time{font-variant-numeric:tabular-nums}
`;

const TIMELINE = `
.timeline{list-style:none;margin:0;padding:0}
.timeline>li{display:grid;grid-template-columns:24px 1fr;gap:0 18px;position:relative;padding-bottom:14px}
.timeline>li:not(:last-child)::before{content:"";position:absolute;left:11px;top:40px;bottom:-14px;width:2px;background:var(--line)}
.timeline .dot-mark{margin-top:16px;z-index:1}
.step{padding:14px 20px 15px}
.step-head{display:flex;gap:12px;align-items:baseline;flex-wrap:wrap}
.step-head code{font-size:13px;color:var(--soft);background:var(--shade);padding:1px 8px;border-radius:6px}
.step-head time{margin-left:auto;font-size:13px;color:var(--soft)}
.decision{margin-top:5px;font-weight:600}
.why{color:var(--soft);max-width:92ch}
.chips{display:flex;flex-wrap:wrap;gap:6px 22px;margin:10px 0 0;font-size:14px}
.chips div{display:flex;gap:7px}
.chips dt{color:var(--soft)}
.chips dd{margin:0;font-weight:550;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
figure{margin:0;padding:16px 20px 14px;min-width:0}
figcaption{display:flex;flex-wrap:wrap;gap:2px 14px;align-items:baseline;margin-bottom:10px;font-size:15px}
figcaption span{color:var(--soft);font-size:14px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:16px;align-items:start}
.rollout{display:grid;gap:16px;margin-bottom:44px;grid-template-columns:minmax(0,1fr)}
.rollout:last-child{margin-bottom:0}
.rollout-head{display:flex;gap:14px;align-items:flex-start}
.rollout-head p{color:var(--soft);max-width:86ch}
.steps{border-collapse:collapse;width:100%;font-size:14.5px}
.steps th,.steps td{text-align:left;padding:9px 14px;border-top:1px solid var(--line);vertical-align:top;font-weight:400}
.steps thead th{border-top:0;color:var(--soft);font-size:13px}
.steps tbody th{font-weight:600;white-space:nowrap}
.steps td:first-child{width:30px;padding-right:0}
.steps .num{white-space:nowrap;color:var(--soft)}
.events summary{cursor:pointer;padding:11px 20px;font-size:14.5px;color:var(--soft)}
.events ol{list-style:none;margin:0;padding:4px 20px 14px;font-size:14px}
.events li{display:grid;grid-template-columns:44px 10px 1fr;gap:10px;padding:3px 0;align-items:baseline}
.events time{color:var(--soft);text-align:right}
.tick-mark{width:8px;height:8px;border-radius:50%;background:var(--v)}
.fakes{padding:20px 24px;border-left:4px solid var(--warn)}
.fakes ul{margin:10px 0 0;padding-left:20px}
.fakes li{margin:4px 0}
.lineage{padding:22px;overflow-x:auto}
.lineage .chart{width:auto;min-width:700px;max-width:100%;margin:0 auto}
footer{margin-top:64px;border-top:1px solid var(--line);padding:22px 0 40px;font-size:14px;color:var(--soft)}
@media(max-width:640px){.step-head time{margin-left:0}section{padding-top:40px}.hero{padding:36px 0 30px}}
@media print{.hero{background:none}section{break-inside:avoid}}
`;

/** GitHub's own look of a comment, so that the page shows what a reviewer sees. */
const COMMENT = `
.gh{--gh-fg:#1f2328;--gh-soft:#59636e;--gh-line:#d1d9e0;--gh-head:#f6f8fa;--gh-bg:#fff;--gh-code:#818b981f;--gh-link:#0969da;--tip:#1a7f37;--note:#0969da;--important:#8250df;--warning:#9a6700;--caution:#cf222e;border:1px solid var(--gh-line);border-radius:8px;background:var(--gh-bg);color:var(--gh-fg);font:14px/1.5 -apple-system,BlinkMacSystemFont,"Segoe UI","Noto Sans","Liberation Sans",Helvetica,Arial,sans-serif;margin-bottom:22px;overflow:hidden}
@media(prefers-color-scheme:dark){.gh{--gh-fg:#f0f6fc;--gh-soft:#9198a1;--gh-line:#3d444d;--gh-head:#151b23;--gh-bg:#0d1117;--gh-code:#656c7633;--gh-link:#4493f8;--tip:#3fb950;--note:#4493f8;--important:#ab7df8;--warning:#d29922;--caution:#f85149}}
.gh-head{display:flex;gap:8px;align-items:center;background:var(--gh-head);border-bottom:1px solid var(--gh-line);padding:9px 16px;color:var(--gh-soft)}
.gh-head b{color:var(--gh-fg)}
.gh-head i{font-style:normal;font-size:12px;border:1px solid var(--gh-line);border-radius:99px;padding:0 7px}
.gh-head span{margin-left:auto}
.gh-body{padding:16px;overflow-x:auto}
.gh-body>*:last-child{margin-bottom:0}
.gh-body h1,.gh-body h2,.gh-body h3,.gh-body h4{margin:0 0 14px;font-weight:600;letter-spacing:0;line-height:1.25}
.gh-body h3{font-size:1.25em}.gh-body h4{font-size:1em}
.gh-body p,.gh-body ul,.gh-body ol,.gh-body pre,.gh-body details,.gh-body blockquote{margin:0 0 16px}
.gh-body ul,.gh-body ol{padding-left:2em}
.gh-body a{color:var(--gh-link)}
.gh-body table{border-collapse:collapse;margin:0 0 16px;display:block;width:max-content;max-width:100%;overflow:auto;font-variant-numeric:tabular-nums}
.gh-body th,.gh-body td{padding:6px 13px;border:1px solid var(--gh-line)}
.gh-body th{font-weight:600}
.gh-body tr:nth-child(2n) td{background:var(--gh-head)}
.gh-body code{font:85% ui-monospace,SFMono-Regular,Menlo,"Liberation Mono",monospace;background:var(--gh-code);border-radius:6px;padding:.2em .4em}
.gh-body pre{background:var(--gh-head);border-radius:6px;padding:14px;overflow:auto}
.gh-body pre code{background:none;padding:0}
.gh-body summary{cursor:pointer}
.gh-body details>*:not(summary){margin-top:12px}
.gh-body blockquote{padding:0 1em;color:var(--gh-soft);border-left:.25em solid var(--gh-line)}
.gh-body blockquote.alert{padding:6px 16px;color:inherit;border-left-color:var(--a)}
.gh-body blockquote.alert>*{margin-bottom:8px}
.gh-body blockquote.alert>*:last-child{margin-bottom:2px}
.alert.tip{--a:var(--tip)}.alert.note{--a:var(--note)}.alert.important{--a:var(--important)}.alert.warning{--a:var(--warning)}.alert.caution{--a:var(--caution)}
.alert-title{color:var(--a);font-weight:500}
.gh-body code.mermaid::before{content:"GitHub draws this as a diagram (mermaid)";display:block;color:var(--gh-soft);margin-bottom:6px;font-style:italic}
`;

/** Every style of the demo's page. */
export const PAGE_CSS = [LAYOUT, TIMELINE, COMMENT, CHART_CSS].join("").replaceAll("\n", "");
/** The styles of one comment alone, for a picture of it. */
export const COMMENT_CSS = COMMENT.replaceAll("\n", "");
