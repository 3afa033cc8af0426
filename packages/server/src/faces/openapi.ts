import { ERRORS, type Language, type OperationSpec } from '@parley/contract'
import { z } from 'zod'

type Json = Record<string, unknown>

/** The JSON Schema of what a parameter or answer is once it is read; text forms of numbers are understood as well. */
function schemaOf(type: z.ZodType): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(type, {
    io: 'output',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => simplify(jsonSchema as Json),
  }) as Json
  return schema
}

/** Says two things in the usual way: a list that stays empty (an empty `prefixItems` is not allowed), and a flag. */
function simplify(schema: Json): void {
  const { prefixItems, anyOf } = schema
  if (Array.isArray(prefixItems) && prefixItems.length === 0) {
    delete schema.prefixItems
    delete schema.items
  }
  if (Array.isArray(anyOf) && anyOf.every(({ const: value }: Json) => Number.isInteger(value))) {
    delete schema.anyOf
    Object.assign(schema, { type: 'integer', enum: anyOf.map(({ const: value }: Json) => value) })
  }
}

/**
 * Whether a parameter must be there: preprocessing hides that from the schema, so it is tried out.
 */
const isRequired = (field: z.ZodType) => !field.safeParse(undefined).success

const LOGIN_UID: Json = {
  name: 'login_uid',
  schema: { type: 'integer' },
  description: 'With a server key: the user to act for. 使用服务端密钥时：代表哪个用户操作。',
}

function fieldsOf({
  input,
  allow,
}: OperationSpec): Array<Json & { name: string; required: boolean; schema: Json }> {
  const fields = Object.entries(input.shape as Record<string, z.ZodType>).map(([name, field]) => ({
    name,
    required: isRequired(field),
    schema: schemaOf(field),
  }))
  // Whoever calls `server` operations names with it whom they are about, if anybody: `friend/add`.
  return allow === 'public' || allow === 'admin'
    ? fields
    : [{ ...LOGIN_UID, required: false } as never, ...fields]
}

function requestOf(spec: OperationSpec): Json {
  const fields = fieldsOf(spec)
  if (spec.method === 'GET') {
    return { parameters: fields.map((field) => ({ ...field, in: 'query' })) }
  }
  const properties: Json = Object.fromEntries(
    fields.map(({ name, schema, description }) => [name, description ? { ...schema, description } : schema]),
  )
  if (spec.file) properties[spec.file] = { type: 'string', format: 'binary' }
  const schema = {
    type: 'object',
    properties,
    required: [
      ...fields.filter((field) => field.required).map((field) => field.name),
      ...(spec.file ? [spec.file] : []),
    ],
  }
  const types = spec.file
    ? ['multipart/form-data']
    : ['application/x-www-form-urlencoded', 'application/json', 'multipart/form-data']
  return { requestBody: { content: Object.fromEntries(types.map((type) => [type, { schema }])) } }
}

function answerOf(spec: OperationSpec): Json {
  if (spec.answer === 'binary') return { 'image/*': { schema: { type: 'string', format: 'binary' } } }
  const data = schemaOf(spec.output)
  if (spec.answer === 'bare') return { 'application/json': { schema: data } }
  return {
    'application/json': {
      schema: {
        type: 'object',
        required: ['code', 'msg', 'data'],
        properties: {
          code: { type: 'integer', examples: [0] },
          msg: { type: 'string', examples: ['ok'] },
          data,
        },
      },
    },
  }
}

const ALLOWED: Record<OperationSpec['allow'], Record<Language, string>> = {
  public: { zh: '无需登录', en: 'Everybody' },
  caller: { zh: '登录用户或服务端密钥', en: 'Signed-in users and server keys' },
  user: { zh: '登录用户，或服务端密钥加 login_uid', en: 'Signed-in users, or a server key with login_uid' },
  server: { zh: '仅服务端密钥', en: 'Server keys only' },
  admin: { zh: '管理员或服务端密钥', en: 'Administrators and server keys' },
}

const errorTable = () =>
  Object.entries(ERRORS)
    .map(([, { code, zh, en }]) => `| ${code} | ${zh} | ${en} |`)
    .join('\n')

const DESCRIPTION = `
Every operation answers \`{"code":0,"msg":"ok","data":…}\`; business errors are HTTP 200 with another code. The same
operations are served on three faces: **/api** for servers (a server key, or a user's token), **/web** and **/h5** for
browsers (one session cookie). Choose the face under *Servers* and sign in under *Authorize*. Messages are in Chinese, or
in English with \`Accept-Language: en\` or the parameter \`lang=en\`.

所有操作均返回 \`{"code":0,"msg":"ok","data":…}\`；业务错误为 HTTP 200 且 code 不为 0。**/api** 面向服务端，**/web** 与
**/h5** 面向浏览器，共用一个会话 Cookie。提示信息默认为中文，请求头 \`Accept-Language: en\` 或参数 \`lang=en\` 可切换为英文。

<details><summary>Error codes · 错误码</summary>

| code | 中文 | English |
|---|---|---|
`

/** The OpenAPI 3.1 description of every operation, made from their declarations. */
export function openApiDocument(operations: readonly OperationSpec[], version: string): Json {
  const paths: Json = {}
  for (const spec of operations) {
    paths[`/${spec.path}`] = {
      [spec.method.toLowerCase()]: {
        operationId: spec.path.replace('/', '.'),
        tags: [spec.tag],
        summary: `${spec.summary.zh} · ${spec.summary.en}`,
        description: `${ALLOWED[spec.allow].zh} · ${ALLOWED[spec.allow].en}`,
        ...(spec.allow === 'public' ? { security: [{}, { token: [] }, { key: [] }, { cookie: [] }] } : {}),
        ...requestOf(spec),
        responses: { 200: { description: 'code 0, or an error', content: answerOf(spec) } },
      },
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version,
      description: `${DESCRIPTION}${errorTable()}\n\n</details>`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: ['/api', '/web', '/h5'].map((url) => ({ url })),
    security: [{ token: [] }, { key: [] }, { cookie: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A server key (/api) or a session token' },
        key: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'A server key (/api)' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'parley_session' },
      },
    },
  }
}
