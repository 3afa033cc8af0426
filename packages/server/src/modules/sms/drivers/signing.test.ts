import { describe, expect, test } from 'bun:test'
import { acs3Authorization, canonicalQuery, sha256, tc3Authorization } from './signing.ts'

/* The known answers are the worked examples of the providers' own documentation, sample keys included. */

describe('request signatures', () => {
  test("ACS3-HMAC-SHA256 gives the signature of Alibaba Cloud's example", () => {
    const query = canonicalQuery({
      RegionId: 'cn-shanghai',
      ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd',
    })
    const headers = {
      'x-acs-action': 'RunInstances',
      'x-acs-version': '2014-05-26',
      'x-acs-date': '2023-10-26T10:22:32Z',
      'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
      'x-acs-content-sha256': sha256(''),
      host: 'ecs.cn-shanghai.aliyuncs.com',
    }
    const key = { id: 'YourAccessKeyId', secret: 'YourAccessKeySecret' }
    expect(acs3Authorization({ method: 'POST', path: '/', query, headers, body: '' }, key)).toBe(
      'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,' +
        'SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,' +
        'Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
    )
  })

  test("TC3-HMAC-SHA256 gives the signature of Tencent Cloud's example", () => {
    const body = String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`
    const headers = { 'content-type': 'application/json; charset=utf-8', host: 'cvm.tencentcloudapi.com' }
    const key = { id: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE', secret: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE' }
    const request = { method: 'POST', path: '/', query: '', headers, body } as const
    expect(tc3Authorization(request, key, 'cvm', 1_551_113_065)).toBe(
      'TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, ' +
        'SignedHeaders=content-type;host, ' +
        'Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
    )
  })

  test('queries are sorted and encoded by RFC 3986', () => {
    expect(canonicalQuery({ b: "a b*c~d/e!'()", A: '签名' })).toBe(
      'A=%E7%AD%BE%E5%90%8D&b=a%20b%2Ac~d%2Fe%21%27%28%29',
    )
  })
})
