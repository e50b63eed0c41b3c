// The lines that call a model from a shell, Python and C#. The key is the reader's own.

/** @returns {Record<string, string>} by language; one sample of zeros where no picture is taken. */
export function calls(name, version) {
  const { inputs, outputs } = version;
  const host = location.origin,
    path = `/v2/models/${name}/versions/${version.version}/infer`;
  const shapes = inputs.map(input => input.shape.map(size => (size < 0 ? 1 : size)).join(", "));
  const json = inputs
    .map((input, i) => `{ "name": "${input.name}", "shape": [${shapes[i]}], "datatype": "${input.datatype}", "data": [0, …] }`)
    .join(", ");
  const tensors = inputs.map(
    (input, i) => `    new { name = "${input.name}", shape = new[] { ${shapes[i]} }, datatype = "${input.datatype}", data },`,
  );
  const isPicture = inputs.length === 1 && inputs[0].shape.length === 4;
  const predict = `${host}/v1/models/${name}/predict?version=${version.version}`;
  return {
    curl: [
      ...(isPicture
        ? [`curl -H "Authorization: Bearer $KEY" -H "Content-Type: image/png" \\\n  --data-binary @picture.png '${predict}'`]
        : []),
      `curl -H "Authorization: Bearer $KEY" --data '{ "inputs": [ ${json} ] }' \\\n  ${host}${path}`,
    ].join("\n\n"),
    Python: `import numpy, tritonclient.http as oip
from tritonclient.utils import triton_to_np_dtype

client = oip.InferenceServerClient("${location.host}")
inputs = [${inputs.map((input, i) => `oip.InferInput("${input.name}", [${shapes[i]}], "${input.datatype}")`).join(", ")}]
for each in inputs:
    each.set_data_from_numpy(numpy.zeros(each.shape(), triton_to_np_dtype(each.datatype())))
answer = client.infer("${name}", inputs, model_version="${version.version}", headers={"Authorization": f"Bearer {key}"})
print(answer.as_numpy("${outputs[0].name}"))`,
    "C#": isPicture
      ? `using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
using var picture = new ByteArrayContent(File.ReadAllBytes("picture.png"));
picture.Headers.ContentType = new("image/png");
using var answer = await http.PostAsync("${predict}", picture);
Console.WriteLine(await answer.Content.ReadAsStringAsync());`
      : `using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
using var answer = await http.PostAsJsonAsync("${host}${path}", new { inputs = new object[] {
${tensors.join("\n")}
} });
Console.WriteLine(await answer.Content.ReadAsStringAsync());`,
  };
}
