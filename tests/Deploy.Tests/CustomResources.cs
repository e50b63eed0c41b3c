using k8s.Models;

namespace ConcatService.Deploy.Tests;

/// <summary>The fields of custom resources that the manifests use, by the definitions of their projects.</summary>
internal static class CustomResources
{
    /// <summary>The label that CloudNativePG gives the pods of a cluster.</summary>
    public const string ClusterLabel = "cnpg.io/cluster";
}

internal abstract class CustomResource<TSpec>
{
    public string ApiVersion { get; set; } = "";
    public string Kind { get; set; } = "";
    public ResourceMetadata Metadata { get; set; } = new();
    public TSpec? Spec { get; set; }
}

internal sealed class ResourceMetadata
{
    public string Name { get; set; } = "";
    public string? Namespace { get; set; }
    public Dictionary<string, string> Labels { get; set; } = [];
}

/// <summary>https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/</summary>
internal sealed class PostgresCluster : CustomResource<PostgresCluster.ClusterSpec>
{
    internal sealed class ClusterSpec
    {
        public int Instances { get; set; }
        public string ImageName { get; set; } = "";
        public Bootstrap Bootstrap { get; set; } = new();
        public Storage Storage { get; set; } = new();
        public Resources Resources { get; set; } = new();
        public Postgresql Postgresql { get; set; } = new();
    }

    internal sealed class Bootstrap
    {
        public InitDb Initdb { get; set; } = new();
    }

    internal sealed class InitDb
    {
        public string Database { get; set; } = "";
        public string Owner { get; set; } = "";
    }

    internal sealed class Storage
    {
        public string Size { get; set; } = "";
    }

    internal sealed class Resources
    {
        public Dictionary<string, string> Requests { get; set; } = [];
        public Dictionary<string, string> Limits { get; set; } = [];
    }

    internal sealed class Postgresql
    {
        public Dictionary<string, string> Parameters { get; set; } = [];
    }
}

/// <summary>https://keda.sh/docs/latest/reference/scaledjob-spec/</summary>
internal sealed class ScaledJob : CustomResource<ScaledJob.JobSpec>
{
    internal sealed class JobSpec
    {
        public int PollingInterval { get; set; }
        public int MinReplicaCount { get; set; }
        public int MaxReplicaCount { get; set; }
        public int SuccessfulJobsHistoryLimit { get; set; }
        public int FailedJobsHistoryLimit { get; set; }
        public Rollout Rollout { get; set; } = new();
        public ScalingStrategy ScalingStrategy { get; set; } = new();
        public JobTarget JobTargetRef { get; set; } = new();
        public Trigger[] Triggers { get; set; } = [];
    }

    internal sealed class Rollout
    {
        public string Strategy { get; set; } = "";
    }

    internal sealed class ScalingStrategy
    {
        public string Strategy { get; set; } = "";
    }

    internal sealed class JobTarget
    {
        public int BackoffLimit { get; set; }
        public V1PodTemplateSpec? Template { get; set; }
    }

    internal sealed class Trigger
    {
        public string Type { get; set; } = "";
        public Dictionary<string, string> Metadata { get; set; } = [];
        public Named AuthenticationRef { get; set; } = new();
    }

    internal sealed class Named
    {
        public string Name { get; set; } = "";
    }
}

/// <summary>https://keda.sh/docs/latest/concepts/authentication/</summary>
internal sealed class TriggerAuthentication : CustomResource<TriggerAuthentication.AuthenticationSpec>
{
    internal sealed class AuthenticationSpec
    {
        public SecretTarget[] SecretTargetRef { get; set; } = [];
    }

    internal sealed class SecretTarget
    {
        public string Parameter { get; set; } = "";
        public string Name { get; set; } = "";
        public string Key { get; set; } = "";
    }
}

/// <summary>https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor</summary>
internal sealed class ServiceMonitor : CustomResource<ServiceMonitor.MonitorSpec>
{
    internal sealed class MonitorSpec
    {
        public Selector Selector { get; set; } = new();
        public Endpoint[] Endpoints { get; set; } = [];
    }

    internal sealed class Selector
    {
        public Dictionary<string, string> MatchLabels { get; set; } = [];
    }

    internal sealed class Endpoint
    {
        public string Port { get; set; } = "";
        public string Path { get; set; } = "";
        public string Interval { get; set; } = "";
        public Authorization Authorization { get; set; } = new();
    }

    internal sealed class Authorization
    {
        public string Type { get; set; } = "";
        public SecretKey Credentials { get; set; } = new();
    }

    internal sealed class SecretKey
    {
        public string Name { get; set; } = "";
        public string Key { get; set; } = "";
    }
}

/// <summary>https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/</summary>
internal sealed class Kustomization
{
    public string ApiVersion { get; set; } = "";
    public string Kind { get; set; } = "";
    public string? Namespace { get; set; }
    public string[] Resources { get; set; } = [];
    public Label[] Labels { get; set; } = [];
    public Image[] Images { get; set; } = [];
    public Replica[] Replicas { get; set; } = [];
    public Generated[] ConfigMapGenerator { get; set; } = [];
    public Options? GeneratorOptions { get; set; }

    internal sealed class Label
    {
        public Dictionary<string, string> Pairs { get; set; } = [];
    }

    internal sealed class Image
    {
        public string Name { get; set; } = "";
        public string NewName { get; set; } = "";
        public string NewTag { get; set; } = "";
    }

    internal sealed class Replica
    {
        public string Name { get; set; } = "";
        public int Count { get; set; }
    }

    internal sealed class Generated
    {
        public string Name { get; set; } = "";
        public string[] Files { get; set; } = [];
    }

    internal sealed class Options
    {
        public bool DisableNameSuffixHash { get; set; }
        public Dictionary<string, string> Labels { get; set; } = [];
    }
}
