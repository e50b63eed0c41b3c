// The same model behind Fastify and onnxruntime-node: POST /json takes the protocol's JSON, POST /binary the elements alone.
import Fastify from 'fastify';
import ort from 'onnxruntime-node';

const [model, port] = process.argv.slice(2);
const session = await ort.InferenceSession.create(model);
const app = Fastify({ bodyLimit: 64 << 20 });
app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (request, body, done) => done(null, body));

async function run(data, shape) {
  const { scores } = await session.run({ image: new ort.Tensor('float32', data, shape) });
  return scores;
}

app.post('/json', async (request) => {
  const [input] = request.body.inputs;
  const scores = await run(Float32Array.from(input.data), input.shape);
  return { model_name: 'small', model_version: '1', outputs: [{ name: 'scores', datatype: 'FP32', shape: scores.dims, data: Array.from(scores.data) }] };
});

app.post('/binary', async (request, reply) => {
  const body = request.body;
  const scores = await run(new Float32Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.length)), [1, 1, 32, 32]);
  reply.type('application/octet-stream');
  return Buffer.from(scores.data.buffer, scores.data.byteOffset, scores.data.byteLength);
});

await app.listen({ host: '127.0.0.1', port: Number(port) });
