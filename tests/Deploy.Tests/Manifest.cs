using k8s;
using k8s.Models;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ConcatService.Deploy.Tests;

/// <summary>One object for a cluster, read by the types of whoever takes it: a field that those do not have is an error.</summary>
/// <param name="File">Where it is from, for messages.</param>
/// <param name="Value">A model of KubernetesClient, or a class of <see cref="CustomResources"/>.</param>
internal sealed record Manifest(string File, string Kind, string Name, object Value)
{
    private static readonly Dictionary<string, Func<string, object>> Types = new()
    {
        ["v1/Namespace"] = Core<V1Namespace>,
        ["v1/ConfigMap"] = Core<V1ConfigMap>,
        ["v1/Service"] = Core<V1Service>,
        ["v1/ServiceAccount"] = Core<V1ServiceAccount>,
        ["apps/v1/Deployment"] = Core<V1Deployment>,
        ["batch/v1/Job"] = Core<V1Job>,
        ["autoscaling/v2/HorizontalPodAutoscaler"] = Core<V2HorizontalPodAutoscaler>,
        ["policy/v1/PodDisruptionBudget"] = Core<V1PodDisruptionBudget>,
        ["networking.k8s.io/v1/NetworkPolicy"] = Core<V1NetworkPolicy>,
        ["postgresql.cnpg.io/v1/Cluster"] = Custom<PostgresCluster>,
        ["keda.sh/v1alpha1/ScaledJob"] = Custom<ScaledJob>,
        ["keda.sh/v1alpha1/TriggerAuthentication"] = Custom<TriggerAuthentication>,
        ["monitoring.coreos.com/v1/ServiceMonitor"] = Custom<ServiceMonitor>,
    };

    /// <summary>Reads all objects of a text.</summary>
    public static IEnumerable<Manifest> Read(string file, string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        foreach (var root in stream.Documents.Select(document => (YamlMappingNode)document.RootNode))
        {
            var kind = $"{root["kind"]}";
            var type = $"{root["apiVersion"]}/{kind}";
            if (!Types.TryGetValue(type, out var read))
                throw new InvalidDataException($"{file}: nothing here knows '{type}'.");
            yield return new(file, kind, $"{root["metadata"]["name"]}", read(Text(root)));
        }
    }

    private static object Core<T>(string text) => KubernetesYaml.Deserialize<T>(text, strict: true)!;

    internal static T Custom<T>(string text)
        where T : class =>
        new DeserializerBuilder()
            .WithNamingConvention(CamelCaseNamingConvention.Instance)
            .WithDuplicateKeyChecking()
            .WithTypeConverter(new PodTemplateConverter())
            .Build()
            .Deserialize<T>(text);

    private static string Text(YamlNode node)
    {
        var writer = new StringWriter();
        new YamlStream(new YamlDocument(node)).Save(writer, assignAnchors: false);
        return writer.ToString();
    }
}
