import { describe, expect, test } from 'bun:test'
import { OPERATIONS } from '@parley/contract'
import { openApiDocument } from './openapi.ts'

type Json = Record<string, any>

const document = openApiDocument(OPERATIONS, '1.2.3') as Json
const described = Object.entries(document.paths as Record<string, Record<string, Json>>).flatMap(
  ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

/** Every schema in a part of the document, however deep. */
function schemasIn(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(schemasIn)
  if (typeof value !== 'object' || value === null) return []
  const isSchema = 'type' in value || 'anyOf' in value || 'enum' in value
  return [...(isSchema ? [value] : []), ...Object.values(value).flatMap(schemasIn)]
}

test('every operation is there once, by its own method, with an id of its own', () => {
  expect(described.map(({ path, method }) => `${method} ${path}`)).toEqual(
    OPERATIONS.map((spec) => `${spec.method.toLowerCase()} /${spec.path}`),
  )
  expect(new Set(described.map(({ operation }) => operation.operationId)).size).toBe(OPERATIONS.length)
})

describe.each(described)('$method $path', ({ method, operation }) => {
  const properties: Json =
    method === 'get'
      ? Object.fromEntries(operation.parameters.map(({ name, schema }: Json) => [name, schema]))
      : (Object.values(operation.requestBody.content) as Json[])[0]!.schema.properties

  test('each parameter says where it goes and what it may be', () => {
    if (method === 'get') {
      expect(operation.requestBody).toBeUndefined()
      for (const parameter of operation.parameters) {
        expect(parameter).toMatchObject({ in: 'query', required: expect.any(Boolean) })
      }
    } else {
      expect(operation.parameters).toBeUndefined()
      for (const { schema } of Object.values(operation.requestBody.content) as Json[]) {
        for (const name of schema.required) expect(Object.keys(schema.properties)).toContain(name)
      }
    }
    for (const [name, schema] of Object.entries(properties)) {
      expect([name, Object.keys(schema)]).toEqual([name, expect.arrayContaining([expect.any(String)])])
    }
  })

  test('it has an answer, and its schemas are those of JSON Schema 2020-12', () => {
    expect(Object.keys(operation.responses['200'].content)).toHaveLength(1)
    for (const schema of schemasIn([properties, operation.responses])) {
      for (const keyword of ['prefixItems', 'anyOf', 'enum']) {
        if (keyword in schema) expect([keyword, schema[keyword].length > 0]).toEqual([keyword, true])
      }
    }
  })
})

test('what a server key may call for a user says so', () => {
  const parametersOf = (path: string) => {
    const { parameters, requestBody } = Object.values(document.paths[path] as Json)[0]
    return parameters
      ? Object.fromEntries(parameters.map(({ name, required }: Json) => [name, required]))
      : Object.fromEntries(
          Object.keys(requestBody.content['application/json'].schema.properties).map((name) => [
            name,
            requestBody.content['application/json'].schema.required.includes(name),
          ]),
        )
  }
  expect(parametersOf('/friend/add')).toEqual({ login_uid: false, friend_uid: true })
  expect(parametersOf('/friend/getlist')).toEqual({ login_uid: false })
  expect(parametersOf('/login/check')).toEqual({ username: true, password: true, captcha: false })
})

test('a flag is one of two numbers', () => {
  const { schema } = document.paths['/group/members'].get.parameters.find(
    ({ name }: Json) => name === 'pinyin',
  )
  expect(schema).toEqual({ type: 'integer', enum: [0, 1] })
})
