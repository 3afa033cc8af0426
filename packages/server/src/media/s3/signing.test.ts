import { expect, test } from 'bun:test'
import { type Permission, signedAddress } from './signing.ts'

/* s3rver takes any signature of version 4, so these are held against Amazon's own example and another implementation. */

test('an address is signed as in the example of the protocol’s documentation', async () => {
  const signer = {
    region: 'us-east-1',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  }
  const permission: Permission = {
    method: 'GET',
    address: new URL('https://examplebucket.s3.amazonaws.com/test.txt'),
    query: {},
    from: Date.UTC(2013, 4, 24),
    seconds: 86_400,
  }
  const signed = new URL(await signedAddress(permission, signer))
  expect(signed.origin + signed.pathname).toBe('https://examplebucket.s3.amazonaws.com/test.txt')
  expect(Object.fromEntries(signed.searchParams)).toEqual({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request',
    'X-Amz-Date': '20130524T000000Z',
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  })
})

test.each([
  ['GET', 'attachment; filename="__ (1)!.pdf"; filename*=UTF-8\'\'%E5%AD%A3%E5%BA%A6%20%281%29%21.pdf'],
  ['HEAD', 'attachment'],
] as const)(
  'a %s that says how the file is shown has the signature that the runtime’s client gives it',
  async (method, disposition) => {
    const signer = { region: 'eu-central-1', accessKeyId: 'KEYID', secretAccessKey: 'a/secret+with=marks' }
    const endpoint = 'http://127.0.0.1:9000'
    const type = 'application/octet-stream'
    const other = new Bun.S3Client({ ...signer, endpoint, bucket: 'parley' }).presign('upload/files/a.bin', {
      method,
      type,
      contentDisposition: disposition,
      expiresIn: 3600,
    })
    const parameters = new URL(other).searchParams
    const time = parameters.get('X-Amz-Date')!
    const ours = await signedAddress(
      {
        method,
        address: new URL(`${endpoint}/parley/upload/files/a.bin`),
        query: { 'response-content-type': type, 'response-content-disposition': disposition },
        from: Date.parse(time.replace(/(....)(..)(..)T(..)(..)(..)/, '$1-$2-$3T$4:$5:$6')),
        seconds: 3600,
      },
      signer,
    )
    expect(Object.fromEntries(new URL(ours).searchParams)).toEqual(Object.fromEntries(parameters))
  },
)
