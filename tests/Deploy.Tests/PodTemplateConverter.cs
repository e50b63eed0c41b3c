using k8s;
using k8s.Models;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace ConcatService.Deploy.Tests;

/// <summary>Hands the pod inside a custom resource to KubernetesClient, as strictly as one that stands alone.</summary>
internal sealed class PodTemplateConverter : IYamlTypeConverter
{
    public bool Accepts(Type type) => type == typeof(V1PodTemplateSpec);

    public object ReadYaml(IParser parser, Type type, ObjectDeserializer rootDeserializer)
    {
        var writer = new StringWriter();
        var emitter = new Emitter(writer);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart());
        var depth = 0;
        do
        {
            var part = parser.Consume<ParsingEvent>();
            depth += part.NestingIncrease;
            emitter.Emit(part);
        }
        while (depth > 0);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return KubernetesYaml.Deserialize<V1PodTemplateSpec>(writer.ToString(), strict: true)!;
    }

    public void WriteYaml(IEmitter emitter, object? value, Type type, ObjectSerializer serializer) => throw new NotSupportedException();
}
