import { html } from 'hono/html'

/** A small page in the site's own look; the few pages that the server draws itself. */
export const page = (language: 'zh' | 'en', title: string, body: unknown, script = '') => html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/pages.css">
</head>
<body><main><img class="mark" src="/favicon.svg" alt="">${body}</main>${script ? html`<script src="${script}" defer></script>` : ''}</body>
</html>`

/** What these pages may load: themselves and nothing else. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
