/** Colours of Okabe and Ito (2008), which people with each kind of colour blindness tell apart; darker for thin lines on white, lighter on black. */
export const CHART_COLOURS_LIGHT = `--c0:#0067a5;--c1:#c2570c;--c2:#7a8494;--c3:#00805d;--c4:#a3478f;
--good:#00805d;--bad:#c2410c;--warn:#946800;--ink:#1b2330;--soft:#5b6675;--line:#d9dee6;--card:#ffffff`;
export const CHART_COLOURS_DARK = `--c0:#5cb8f2;--c1:#f2a03d;--c2:#8b96a8;--c3:#3ecfa3;--c4:#dc8fcb;
--good:#3ecfa3;--bad:#ff8a5c;--warn:#e6b93d;--ink:#e8ecf2;--soft:#9aa6b6;--line:#2e3744;--card:#161c25`;

/** Styles of every drawing here; colours by variables, so that a page sets light and dark once. */
export const CHART_CSS = `
.chart{display:block;width:100%;height:auto;font-family:inherit;overflow:visible}
.chart text{font-size:12px;fill:var(--ink)}
.chart .tick,.chart .unit{font-size:11px;fill:var(--soft);font-variant-numeric:tabular-nums}
.chart .legend{fill:var(--soft)}
.chart .grid{stroke:var(--line);stroke-width:1}
.chart .axis{stroke:var(--soft);stroke-width:1;opacity:.55}
.chart .c0{--c:var(--c0)}.chart .c1{--c:var(--c1)}.chart .c2{--c:var(--c2)}.chart .c3{--c:var(--c3)}.chart .c4{--c:var(--c4)}
.chart .line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.chart .dash{stroke-dasharray:5 4}
.chart .dot,.chart .fill{fill:var(--c)}
.chart .area{fill:var(--c);opacity:.72}
.chart .pass,.chart .good,.chart .improved{--v:var(--good)}
.chart .fail,.chart .bad,.chart .regressed{--v:var(--bad)}
.chart .inconclusive{--v:var(--warn)}
.chart .info,.chart .equivalent,.chart .unknown{--v:var(--c2)}
.chart .band{fill:var(--v);opacity:.07}
.chart .bandtop{stroke:var(--v);stroke-width:3;stroke-linecap:butt}
.chart .bandname{font-size:11px;font-weight:600;fill:var(--v)}
.chart .marker{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3}
.chart .markername{font-size:11px;fill:var(--soft)}
.chart .margin{fill:var(--c2);opacity:.14}
.chart .zero{stroke:var(--soft);stroke-width:1}
.chart .interval{stroke:var(--v);stroke-width:2.5;stroke-linecap:round}
.chart .point{fill:var(--v);stroke:var(--card);stroke-width:1.5}
.chart .word{font-size:12px;fill:var(--v);paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round;font-variant-numeric:tabular-nums}
.chart .bar{fill:var(--v)}
.chart .threshold{stroke:var(--ink);stroke-width:1;stroke-dasharray:4 3}
.chart .node .box{fill:var(--card);stroke:var(--line);stroke-width:1.2}
.chart .node .tab{fill:var(--k)}
.chart .dataset{--k:var(--c3)}.chart .run{--k:var(--c4)}.chart .model{--k:var(--c0)}.chart .image{--k:var(--c2)}.chart .stage{--k:var(--c1)}.chart .metrics,.chart .commit,.chart .other{--k:var(--soft)}
.chart .nodename{font-size:13px;font-weight:600}
.chart .nodedetail{font-size:11px;fill:var(--soft)}
.chart .wire{fill:none;stroke:var(--soft);stroke-width:1.3;opacity:.7}
.chart .head{fill:var(--soft);opacity:.9}
`.replaceAll("\n", "");

/** A drawing as a file of its own, with its styles inside. */
export function standaloneSvg(svg: string): string {
  const style = `<style>svg{${CHART_COLOURS_LIGHT};font-family:system-ui,sans-serif}@media(prefers-color-scheme:dark){svg{${CHART_COLOURS_DARK}}}${CHART_CSS}</style>`;
  return svg.replace(/^<svg[^>]*>/, (open) => open + style);
}
