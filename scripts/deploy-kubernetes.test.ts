import { describe, expect, test } from 'bun:test'
import { loadConfig } from '../packages/server/src/config.ts'
import { TIMINGS } from '../packages/server/src/realtime/socket.ts'
import { VARIABLES } from '../packages/server/src/variables.ts'
import {
  filesIn,
  filled,
  isVariable,
  readEnvironment,
  readText,
  readYaml,
  seconds,
  stopSeconds,
  UPLOAD_MEGABYTES,
  unknownVariables,
} from './deploy-files.ts'

/* The manifests of `deploy/kubernetes/` against the server and against each other; see `deploy.test.ts`. */

const DROP_SECONDS = TIMINGS.dropAfterMs / 1000
const kubernetes = (name: string) => readYaml<any>(`deploy/kubernetes/${name}.yaml`)
const deployment = kubernetes('deployment')
const pod = deployment.spec.template.spec
const container = pod.containers[0]

describe('Kubernetes', () => {
  const labels = { 'app.kubernetes.io/name': 'parley' }
  const { resources, configMapGenerator } = kubernetes('kustomization')
  const [config, secret] = ['parley.env', 'secret.example.env'].map((name) =>
    readEnvironment(`deploy/kubernetes/${name}`),
  ) as [Record<string, string>, Record<string, string>]

  test('kustomization.yaml lists every manifest; the optional one in a comment', () => {
    const manifests = filesIn('deploy/kubernetes').filter((name) => /\.yaml$/.test(name))
    expect([...resources, 'autoscaling.yaml', 'kustomization.yaml'].sort()).toEqual(manifests)
    expect(readText('deploy/kubernetes/kustomization.yaml')).toContain('# Optional: - autoscaling.yaml')
  })

  test('everything points at the pods', () => {
    expect(deployment.spec.template.metadata.labels).toEqual(labels)
    expect(deployment.spec.selector.matchLabels).toEqual(labels)
    expect(kubernetes('service').spec.selector).toEqual(labels)
    expect(kubernetes('disruption').spec.selector.matchLabels).toEqual(labels)
    expect(kubernetes('network').spec.podSelector.matchLabels).toEqual(labels)
    for (const { labelSelector } of pod.topologySpreadConstraints)
      expect(labelSelector.matchLabels).toEqual(labels)
    const service = kubernetes('service')
    expect(service.spec.ports[0].targetPort).toBe('http')
    const [{ backend }] = kubernetes('ingress').spec.rules[0].http.paths
    expect(backend.service).toEqual({ name: service.metadata.name, port: { name: 'http' } })
    expect(kubernetes('network').spec.ingress[0].ports[0].port).toBe('http')
    expect(kubernetes('autoscaling').spec.scaleTargetRef.name).toBe(deployment.metadata.name)
  })

  test('two pods stay when machines are emptied or a version is rolled out', () => {
    const { maxUnavailable } = kubernetes('disruption').spec
    expect(deployment.spec.replicas - maxUnavailable).toBeGreaterThanOrEqual(2)
    expect(deployment.spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 })
    expect(kubernetes('autoscaling').spec.minReplicas).toBe(deployment.spec.replicas)
  })

  test('a pod has time to leave the proxies and to drain', () => {
    const [, wait] = container.lifecycle.preStop.exec.command
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(wait) + stopSeconds() + 5)
  })

  test('a pod may do no more than it must', () => {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false })
    expect(pod.securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' })
    expect(kubernetes('namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted')
  })

  test('what is written to is a volume', () => {
    const mounts = container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)
    expect(mounts).toEqual(['/data', '/tmp'])
    expect(container.env).toEqual([{ name: 'DATA_DIR', value: '/data' }])
    expect(pod.volumes.map(({ name }: { name: string }) => name)).toEqual(
      container.volumeMounts.map(({ name }: { name: string }) => name),
    )
  })

  test('the server takes the settings; secrets are in the secret and nowhere else', () => {
    const references = container.envFrom.flatMap(Object.values).map(({ name }: any) => name)
    expect(references).toEqual([configMapGenerator[0].name, 'parley'])
    expect(unknownVariables([...Object.keys(config), ...Object.keys(secret)])).toEqual([])
    expect(loadConfig({ ...config, ...filled(secret) })).toMatchObject({
      postgres: { connectionsMax: Number(config.DATABASE_POOL) },
      redis: { prefix: VARIABLES.REDIS_PREFIX.fallback },
      s3: { bucket: config.S3_BUCKET },
    })
    const isSecret = (name: string) => isVariable(name) && 'secret' in VARIABLES[name]
    expect(Object.keys(config).filter(isSecret)).toEqual([])
    expect(Object.keys(config).filter((name) => name in secret)).toEqual([])
  })

  test('the way in carries uploads and quiet websockets, and ties nobody to a pod', () => {
    const annotations = Object.entries(kubernetes('ingress').metadata.annotations as Record<string, string>)
    const values = (part: RegExp) => annotations.filter(([name]) => part.test(name)).map(([, value]) => value)
    const timeouts = values(/(read|send)-timeout$/)
    expect(timeouts).toHaveLength(4)
    for (const timeout of timeouts) expect(seconds(timeout)).toBeGreaterThan(DROP_SECONDS)
    for (const size of values(/body-size$/))
      expect(Number.parseInt(size, 10)).toBeGreaterThan(UPLOAD_MEGABYTES)
    expect(annotations.filter(([name]) => /affinity|sticky|hash/.test(name))).toEqual([])
    expect(kubernetes('service').spec.sessionAffinity).toBe('None')
  })
})
