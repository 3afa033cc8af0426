const PAGE = { width: 595, height: 842 } as const
const LINE_HEIGHT = 22

/** The content of a file that somebody sends, by the ending of its name. */
export function writePaper(name: string): Buffer {
  const title = name.replace(/\.\w+$/, '')
  return name.endsWith('.pdf') ? writePdf() : Buffer.from(markdown(title))
}

const markdown = (title: string): string => `# ${title}

1. 目标与范围 / Goals
2. 进展 / Progress
3. 问题与风险 / Risks
4. 下一步 / Next steps

| 事项 | 负责人 | 状态 |
| --- | --- | --- |
| 消息搜索 | 林晓雨 | 进行中 |
| 离线补齐 | 陈浩 | 已完成 |
| Dark theme | Priya | in review |
`

/** A page of one PDF object each, with the table of offsets that the format asks for. */
function writePdf(): Buffer {
  const lines = [
    'Parley demo document',
    '',
    'This file was made for the demo site.',
    'It has one page and no secrets.',
  ]
  const text = lines.map((line) => `(${line}) Tj 0 -${LINE_HEIGHT} Td`).join(' ')
  const stream = `BT /F1 16 Tf 72 760 Td ${text} ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>`,
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  return Buffer.from(
    `${body}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`,
  )
}
