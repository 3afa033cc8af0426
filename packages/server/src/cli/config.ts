import { describeConfig, loadConfig } from '../config.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { formatTable } from './table.ts'

const VALUE_WIDTH_MAX = 60

/** `parley config`: every variable, what is in force, and where it comes from. */
export function showConfig({ json }: { json?: true }): void {
  const lines = describeConfig(loadConfig())
  if (json) {
    print(JSON.stringify(lines, null, 2))
    return
  }
  const columns = [
    { heading: say({ zh: '变量', en: 'VARIABLE' }) },
    { heading: say({ zh: '值', en: 'VALUE' }), widthMax: VALUE_WIDTH_MAX },
    { heading: say({ zh: '来源', en: 'SOURCE' }) },
    { heading: say({ zh: '说明', en: 'MEANING' }) },
  ]
  const sources = {
    default: say({ zh: '默认', en: 'default' }),
    environment: say({ zh: '环境变量', en: 'environment' }),
  }
  const rows = lines.map(({ variable, value, source, meaning }) => [
    variable,
    value,
    sources[source],
    meaning,
  ])
  for (const line of formatTable(columns, rows)) print(line)
}
