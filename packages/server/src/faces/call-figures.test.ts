import { expect, test } from 'bun:test'
import { CallFigures } from './call-figures.ts'

test('counts by code and by duration, in the form that Prometheus reads', () => {
  const figures = new CallFigures()
  for (const [code, ms] of [
    [0, 0.4],
    [0, 1],
    [0, 30],
    [2, 9000],
  ] as const)
    figures.observe('message/send', code, ms)
  const lines = figures.text().split('\n')
  expect(lines).toContain('parley_calls_total{operation="message/send",code="0"} 3')
  expect(lines).toContain('parley_calls_total{operation="message/send",code="2"} 1')
  expect(lines).toContain('parley_call_seconds_bucket{operation="message/send",le="0.001"} 2')
  expect(lines).toContain('parley_call_seconds_bucket{operation="message/send",le="0.025"} 2')
  expect(lines).toContain('parley_call_seconds_bucket{operation="message/send",le="0.05"} 3')
  expect(lines).toContain('parley_call_seconds_bucket{operation="message/send",le="2.5"} 3')
  expect(lines).toContain('parley_call_seconds_bucket{operation="message/send",le="+Inf"} 4')
  expect(lines).toContain('parley_call_seconds_count{operation="message/send"} 4')
  expect(lines).toContain('parley_call_seconds_sum{operation="message/send"} 9.0314')
})
