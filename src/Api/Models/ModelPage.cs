using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Headers;
using ConcatService.Api.Inference.Engine;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Models;

/// <summary>GET /models/{name}[?version=N]: a model's card for people, with the lines that call it.</summary>
internal static class ModelPage
{
    public static ContentPolicy Policy { get; } = ContentPolicy.OfPage(Head);

    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> Handle(
        string name,
        int? version,
        HttpRequest request,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    ) =>
        await db.FindVersionAsync(caller.TeamId, name, version, cancel) is { } found
            ? TypedResults.Content(Write(name, found, $"{request.Scheme}://{request.Host}"), "text/html; charset=utf-8")
            : Problems.NotFound("model version", version is null ? name : $"{name}/{version}");

    private static string Write(string name, ModelVersion version, string url)
    {
        var (inputs, outputs) = (TensorInfo.ListOf(version.Inputs), TensorInfo.ListOf(version.Outputs));
        var page = new StringBuilder(Head.Replace("{{name}}", Text(name)));
        page.Append(
            $"<h1>{Text(name)} <small>version {version.Version}</small></h1><p>Trained {version.CreatedAt:yyyy-MM-dd HH:mm} UTC by job <a "
                + $"href=\"/v1/jobs/{version.JobId}\"><code>{version.JobId}</code></a>.</p>"
        );
        page.Append("<h2>Tensors</h2><table><tr><th></th><th>name</th><th>datatype</th><th>shape</th></tr>");
        foreach (var (side, tensor) in inputs.Select(input => ("in", input)).Concat(outputs.Select(output => ("out", output))))
        {
            var shape = tensor.Shape.Select(size => size < 0 ? "any" : size.ToString(CultureInfo.InvariantCulture));
            page.Append(
                $"<tr><td>{side}</td><td><code>{Text(tensor.Name)}</code></td><td>{tensor.Datatype}</td>"
                    + $"<td>[{string.Join(", ", shape)}]</td></tr>"
            );
        }
        page.Append("</table>");
        if (version.Classes?.Deserialize<string[]>() is { Length: > 0 } classes)
            page.Append($"<h2>Classes</h2><p>{string.Join(", ", classes.Select(Text))}</p>");
        page.Append("<h2>How well it does</h2>").Append(Figures(version.Metrics));
        page.Append("<h2>The export against the trained network</h2>").Append(Figures(version.Parity));
        page.Append(
            $"<p><a href=\"/v1/models/{name}/versions/{version.Version}/onnx\">ONNX file</a> · <a "
                + $"href=\"/v1/models/{name}/versions/{version.Version}/bundle\">repository for Triton</a></p>"
        );
        page.Append("<h2>Ask it</h2>");
        foreach (var (language, lines) in Calls(name, version.Version, url, inputs, outputs))
            page.Append($"<h3>{language}</h3><pre><code>{Text(lines)}</code></pre>");
        return page.Append("</main></body></html>").ToString();
    }

    /// <summary>One sample of zeros. The key is the reader's own, in the environment or a variable.</summary>
    private static (string Language, string Lines)[] Calls(
        string name,
        int version,
        string url,
        IReadOnlyList<TensorInfo> inputs,
        IReadOnlyList<TensorInfo> outputs
    )
    {
        var shapes = inputs.Select(input => string.Join(", ", input.Shape.Select(size => size < 0 ? 1 : size))).ToList();
        var path = $"/v2/models/{name}/versions/{version}/infer";
        var json = string.Join(
            ", ",
            inputs.Zip(
                shapes,
                (input, shape) => $$"""{ "name": "{{input.Name}}", "shape": [{{shape}}], "datatype": "{{input.Datatype}}", "data": […] }"""
            )
        );
        var numpy = string.Join(
            ", ",
            inputs.Zip(shapes, (input, shape) => $"oip.InferInput(\"{input.Name}\", [{shape}], \"{input.Datatype}\")")
        );
        return
        [
            ("curl", $$"""
                curl -H "Authorization: Bearer $KEY" -H "Content-Type: image/png" \
                  --data-binary @picture.png {{url}}/v1/models/{{name}}/predict
                curl -H "Authorization: Bearer $KEY" --data '{ "inputs": [ {{json}} ] }' {{url}}{{path}}
                """),
            ("Python", $$"""
                import numpy, tritonclient.http as oip
                from tritonclient.utils import triton_to_np_dtype
                client, inputs = oip.InferenceServerClient("{{url[(url.IndexOf("//", StringComparison.Ordinal) + 2)..]}}"), [{{numpy}}]
                for each in inputs: each.set_data_from_numpy(numpy.zeros(each.shape(), triton_to_np_dtype(each.datatype())))
                answer = client.infer("{{name}}", inputs, model_version="{{version}}", headers={"Authorization": f"Bearer {key}"})
                print(answer.as_numpy("{{outputs[0].Name}}"))
                """),
            ("C#", $$"""
                using var http = new HttpClient
                {
                    BaseAddress = new("{{url}}"),
                    DefaultRequestHeaders = { Authorization = new("Bearer", key) },
                };
                using var answer = await http.PostAsJsonAsync("{{path}}", new { inputs = new[] { {{string.Join(
                    ", ",
                    inputs.Zip(
                        shapes,
                        (input, shape) =>
                            $"new {{ name = \"{input.Name}\", shape = new[] {{ {shape} }}, datatype = \"{input.Datatype}\", data }}"
                    )
                )}} } });
                Console.WriteLine(await answer.Content.ReadAsStringAsync());
                """),
        ];
    }

    private static string Figures(JsonElement figures)
    {
        var rows = figures
            .EnumerateObject()
            .Where(figure => figure.Value.ValueKind is JsonValueKind.Number or JsonValueKind.String)
            .Select(figure => $"<tr><td>{Text(figure.Name.Replace('_', ' '))}</td><td>{Text(figure.Value.ToString())}</td></tr>");
        return $"<table>{string.Concat(rows)}</table>";
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private const string Head = """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>{{name}} · ConcatService</title>
          <style>
            :root {
              color-scheme: light dark;
              --text: #1c2430; --soft: #5b6675; --page: #f5f6f8; --card: #fff; --line: #d5dae1; --accent: #1f5fbf;
            }
            @media (prefers-color-scheme: dark) {
              :root { --text: #e6e9ee; --soft: #9aa5b4; --page: #14181e; --card: #1c222b; --line: #343d4a; --accent: #6ea8ff; }
            }
            body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
            main {
              max-width: 60rem; margin: 2rem auto; padding: 1rem 2rem 2rem;
              background: var(--card); border: 1px solid var(--line); border-radius: 12px;
            }
            h1 small, th { color: var(--soft); font-weight: 400; }
            table { border-collapse: collapse; }
            td, th { padding: .25rem 1.25rem .25rem 0; text-align: left; border-bottom: 1px solid var(--line); }
            pre { overflow-x: auto; padding: .8rem; background: var(--page); border: 1px solid var(--line); border-radius: 8px; }
            code { font: 14px ui-monospace, monospace; }
            a { color: var(--accent); }
          </style>
        </head>
        <body><main>
        """;
}
