/** One calm sheet for screen and paper: ink, 藍 for what is good, 朱 for defects; every colour also has a word or a shape. */
export const style = `
@page { size: A4; margin: 0 }
* { box-sizing: border-box }
:root { --ink: #1c2733; --soft: #5b6875; --line: #d9dfe5; --wash: #f4f6f8; --ai: #24507f; --ai-wash: #e8eff7;
  --shu: #c0452b; --shu-wash: #fbece8; --amber: #9a6a00; --amber-wash: #fdf3dc; --green: #2c6e5a; --green-wash: #e6f2ee }
html { background: #e9edf0; color: var(--ink); -webkit-print-color-adjust: exact; print-color-adjust: exact;
  font: 13px/1.6 "Hiragino Sans", "Yu Gothic UI", "Yu Gothic", Meiryo, "Noto Sans CJK JP", "Noto Sans JP", system-ui, sans-serif }
body { margin: 0; line-break: strict }
.page { width: 210mm; min-height: 297mm; margin: 8mm auto; padding: 15mm 17mm 13mm; background: #fff; display: flex; flex-direction: column;
  box-shadow: 0 1px 3px #0002, 0 8px 30px #0001; break-after: page }
.page:last-child { break-after: auto }
@media print { html { background: #fff } .page { margin: 0; box-shadow: none } }
@media screen and (max-width: 210mm) { .page { width: auto; margin: 0; padding: 6vw } }
h1, h2, h3, p, table, figure { margin: 0 }
.masthead { display: flex; justify-content: space-between; align-items: flex-end; padding-bottom: 9px; border-bottom: 2px solid var(--ink) }
.masthead h1 { font-size: 25px; line-height: 1.25; letter-spacing: .02em }
.masthead .sub { color: var(--soft); font-size: 12px }
.masthead .brand { text-align: right; font-weight: 700; letter-spacing: .06em; font-size: 14px; color: var(--ai); white-space: nowrap }
.running { display: flex; justify-content: space-between; font-size: 11px; color: var(--soft); border-bottom: 1px solid var(--line); padding-bottom: 5px }
h2 { font-size: 17px; margin: 18px 0 4px }
h3 { font-size: 13.5px; margin: 18px 0 6px }
td.range { color: var(--soft); white-space: nowrap }
table + .lead { margin-top: 9px }
.lead { color: var(--soft); max-width: 62em; margin-bottom: 8px; text-wrap: pretty }
.point { display: grid; grid-template-columns: 38px 1fr; gap: 0 14px; padding: 13px 0 12px; border-bottom: 1px solid var(--line) }
.point .no { width: 38px; height: 38px; border-radius: 50%; display: grid; place-items: center; font-size: 18px; font-weight: 700; color: #fff; background: var(--amber) }
.point.good .no { background: var(--green) } .point.bad .no { background: var(--shu) }
.point .kind { color: var(--soft); font-size: 12px; display: flex; gap: 10px; align-items: center }
.point .headline { font-size: 17px; font-weight: 700; line-height: 1.45; margin: 1px 0 5px; text-wrap: balance }
.point ul { margin: 0; padding-left: 17px } .point li { margin: 2px 0 } .point li::marker { color: var(--soft) } .point li b { font-weight: 600; color: var(--soft); margin-right: .5em }
.chip { display: inline-block; padding: 0 8px; border-radius: 9px; font-size: 11px; line-height: 18px; white-space: nowrap; background: var(--amber-wash); color: var(--amber) }
.chip.good, .chip.measured { background: var(--green-wash); color: var(--green) } .chip.bad { background: var(--shu-wash); color: var(--shu) }
.chip.entered { background: var(--ai-wash); color: var(--ai) } .chip.assumed { background: var(--amber-wash); color: var(--amber) }
.kpis { display: grid; grid-template-columns: repeat(5, 1fr); gap: 8px; margin-top: 8px }
.kpi { background: var(--wash); border-radius: 8px; padding: 9px 10px 8px; min-width: 0 }
.kpi .name { font-size: 11px; color: var(--soft) } .kpi .value { font-size: 18px; font-weight: 700; line-height: 1.35; white-space: nowrap }
.kpi .value.words { font-size: 13px; line-height: 1.85 }
.kpi .note { font-size: 11px; line-height: 1.45; color: var(--soft) }
.sign { display: flex; justify-content: flex-end; align-items: flex-end; gap: 0; margin-top: auto; padding-top: 14px }
.sign .note { flex: 1; font-size: 11px; color: var(--soft); padding-right: 24px; max-width: 46em }
.sign .box { width: 25mm; border: 1px solid var(--soft); margin-left: -1px; text-align: center; font-size: 11px } .sign .box div { height: 19mm; border-top: 1px solid var(--line) }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 12px }
th, td { padding: 4.5px 8px; text-align: right; vertical-align: baseline; border-bottom: 1px solid var(--line) }
th { font-weight: 600; color: var(--soft); font-size: 11px; line-height: 1.4; border-bottom: 1px solid var(--soft) }
th:first-child, td:first-child { text-align: left; padding-left: 0 } td.left, th.left { text-align: left }
tr.strong td { font-weight: 700 } td span.range { display: block; color: var(--soft); font-size: 10.5px; font-weight: 400; white-space: nowrap }
.none { color: var(--soft) }
figure { margin: 8px 0 2px } figcaption { font-size: 11px; color: var(--soft); margin-top: 3px }
svg { width: 100%; height: auto; display: block; overflow: visible; font-size: 11px } svg text { fill: var(--ink) }
.tick, .axis-name { fill: var(--soft) !important; font-size: 10.5px } .axis { stroke: var(--ink); stroke-width: 1 } .grid { stroke: var(--line); stroke-width: 1 }
.bar-good { fill: #9fb3c8 } .bar-unknown { fill: #dde3e9 } .bar-defect { fill: var(--shu) } .zone-review { fill: #f6dfa6; opacity: .45 }
.mark { stroke: var(--ink); stroke-width: 1.5 } .mark-name { font-weight: 700; font-size: 11px } .zero { stroke: var(--soft); stroke-dasharray: 3 3 }
.curve { fill: none; stroke-width: 2.5 } .curve.pretrained { stroke: var(--ai) } .curve.random { stroke: #8b96a1; stroke-dasharray: 6 4 }
.band { opacity: .16 } .band.pretrained { fill: var(--ai) } .band.random { fill: #8b96a1 } .dot.pretrained { fill: var(--ai) } .dot.random { fill: #8b96a1 }
.curve-name.pretrained { fill: var(--ai); font-weight: 700 } .curve-name.random { fill: #66717c }
.swing-down { fill: #d98c7a } .swing-up { fill: #7fa5c9 }
.legend { display: flex; gap: 16px; font-size: 11px; color: var(--soft); flex-wrap: wrap } .legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 5px; vertical-align: -1px }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 24px; align-items: start }
.unknowns { margin: 4px 0 0; padding: 0; list-style: none } .unknowns li { padding: 7px 0 7px 16px; border-bottom: 1px solid var(--line); position: relative }
.unknowns li::before { content: ""; position: absolute; left: 0; top: 14px; width: 7px; height: 7px; border: 1.5px solid var(--amber); border-radius: 50% }
.unknowns .next { color: var(--soft); display: block }
.thumbs { display: grid; grid-template-columns: repeat(6, 1fr); gap: 8px; margin-top: 6px } .thumbs img { width: 100%; aspect-ratio: 1; object-fit: contain; background: #10151a; border-radius: 5px; display: block }
.thumbs figure { margin: 0 } .thumbs figcaption { line-height: 1.4 }
table, figure, .point, .kpis, .unknowns li { break-inside: avoid }
.inputs td, .inputs th { padding-top: 2.5px; padding-bottom: 2.5px }
`;
