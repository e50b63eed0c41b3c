using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using k8s.Models;
using YamlDotNet.Core;

namespace ConcatService.Deploy.Tests;

/// <summary>The manifests are what a cluster takes, and what they refer to is there.</summary>
public sealed partial class KubernetesTests
{
    /// <summary>Read by Npgsql itself, as libpq does.</summary>
    private const string Password = "PGPASSWORD";

    [Fact]
    public void Each_kind_of_object_is_there_and_is_read_strictly() =>
        Assert.Equal(
            [
                "Cluster", "ConfigMap", "Deployment", "HorizontalPodAutoscaler", "Job", "Namespace", "NetworkPolicy", "PodDisruptionBudget",
                "ScaledJob", "Service", "ServiceAccount", "ServiceMonitor", "TriggerAuthentication",
            ],
            Deployed.All.Select(manifest => manifest.Kind).Distinct().Order(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("apps/v1", "Deployment", "spec: { replcas: 2 }")]
    [InlineData("apps/v1", "Deployment", "spec: { template: { spec: { containers: [{ name: a, imagePolicy: Never }] } } }")]
    [InlineData("keda.sh/v1alpha1", "ScaledJob", "spec: { polling: 5 }")]
    [InlineData("keda.sh/v1alpha1", "ScaledJob", "spec: { jobTargetRef: { template: { spec: { container: [] } } } }")]
    [InlineData("example.org/v1", "Other", "spec: {}")]
    public void A_field_or_kind_that_is_not_known_is_refused(string version, string kind, string rest)
    {
        var text = $"apiVersion: {version}\nkind: {kind}\nmetadata: {{ name: x }}\n{rest}\n";
        var failure = Assert.ThrowsAny<Exception>(() => Manifest.Read("a.yaml", text).ToList());
        Assert.True(failure is YamlException or JsonException or InvalidDataException, failure.ToString());
    }

    [Fact]
    public void Each_file_is_listed_by_its_kustomization()
    {
        foreach (var file in Deployed.Kustomizations)
        {
            var folder = Path.GetDirectoryName(file)!;
            var listed = Manifest.Custom<Kustomization>(File.ReadAllText(file)).Resources;
            Assert.Equal(
                Directory.GetFiles(folder, "*.yaml").Select(Path.GetFileName).Where(name => name != "kustomization.yaml").Order(),
                listed.Where(name => name.EndsWith(".yaml", StringComparison.Ordinal)).Order()
            );
            Assert.All(
                listed.Where(name => !name.EndsWith(".yaml", StringComparison.Ordinal)),
                name => Assert.True(File.Exists(Path.Combine(folder, name, "kustomization.yaml")), $"{file}: {name}")
            );
        }
    }

    [Fact]
    public void What_a_pod_reads_of_secrets_and_configuration_exists()
    {
        var maps = Deployed.Of<V1ConfigMap>().Select(map => map.Name()).ToList();
        var accounts = Deployed.Of<V1ServiceAccount>().Select(account => account.Name()).ToList();
        foreach (var (of, pod) in Deployed.Pods)
        {
            Assert.Contains(pod.Spec.ServiceAccountName, accounts);
            foreach (var container in pod.Spec.Containers)
            {
                foreach (var source in container.EnvFrom ?? [])
                {
                    var map = source.ConfigMapRef;
                    Assert.True(map.Optional == true || maps.Contains(map.Name), $"{of}: {map.Name}");
                }

                var keys = (container.Env ?? []).Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>();
                foreach (var secret in keys)
                    AssertSecret(of, secret.Name, secret.Key);
                var volumes = pod.Spec.Volumes.Select(volume => volume.Name).ToList();
                Assert.All(container.VolumeMounts, mount => Assert.Contains(mount.Name, volumes));
            }

            foreach (var secret in pod.Spec.Volumes.Select(volume => volume.Secret).OfType<V1SecretVolumeSource>())
                Assert.All(secret.Items, item => AssertSecret(of, secret.SecretName, item.Key));
        }

        foreach (var target in Deployed.Of<TriggerAuthentication>().SelectMany(each => each.Spec!.SecretTargetRef))
            AssertSecret("TriggerAuthentication", target.Name, target.Key);
        foreach (var endpoint in Deployed.Of<ServiceMonitor>().SelectMany(each => each.Spec!.Endpoints))
            AssertSecret("ServiceMonitor", endpoint.Authorization.Credentials.Name, endpoint.Authorization.Credentials.Key);
    }

    [Fact]
    public void Each_variable_and_argument_is_a_row_of_the_page_of_configuration()
    {
        var rows = Row().Matches(Deployed.Read("docs/configuration.md")).Select(row => row.Groups[1].Value).ToHashSet();
        var containers = Deployed.Pods.SelectMany(each => each.Pod.Spec.Containers).ToList();
        string[] names =
        [
            .. containers.SelectMany(container => container.Env ?? []).Select(variable => variable.Name),
            .. Deployed.Of<V1ConfigMap>().SelectMany(map => map.Data.Keys),
            .. containers.SelectMany(container => container.Args ?? []).Where(arg => arg.StartsWith("--", StringComparison.Ordinal))
                .Select(arg => arg[2..].Split('=')[0]),
        ];
        Assert.Contains("Service__Roles", names);
        Assert.Equal(
            [],
            names.Distinct().Where(name => name != Password && !rows.Contains(name) && !rows.Contains(name.Replace("__", ":")))
        );
    }

    [Fact]
    public void Ports_are_those_of_the_images_and_probes_ask_paths_that_are_there()
    {
        var paths = JsonElement.Parse(Deployed.Read("tests/Approved/openapi.json")).GetProperty("paths");
        var containers = Deployed.Pods.SelectMany(each => each.Pod.Spec.Containers, (each, container) => (each.Of, container));
        foreach (var (of, container) in containers)
        {
            var file = container.Image.Contains("worker", StringComparison.Ordinal) ? "Dockerfile.worker" : "Dockerfile.api";
            var exposed = Exposed().Match(Deployed.Read(file)).Groups[1].Value.Split(' ');
            Assert.All(container.Ports ?? [], port => Assert.Contains($"{port.ContainerPort}", exposed));
            V1Probe?[] probes = [container.StartupProbe, container.LivenessProbe, container.ReadinessProbe];
            foreach (var http in probes.Select(probe => probe?.HttpGet).OfType<V1HTTPGetAction>())
            {
                Assert.Contains((string)http.Port, (container.Ports ?? []).Select(port => port.Name));
                Assert.True(paths.TryGetProperty(http.Path, out _), $"{of}: {http.Path}");
            }
        }

        foreach (var endpoint in Deployed.Of<ServiceMonitor>().SelectMany(each => each.Spec!.Endpoints))
            Assert.True(paths.TryGetProperty(endpoint.Path, out _), endpoint.Path);
    }

    [Fact]
    public void Selectors_find_what_they_are_for()
    {
        foreach (var deployment in Deployed.Of<V1Deployment>())
            Assert.True(Fits(deployment.Spec.Selector.MatchLabels, deployment.Spec.Template.Metadata.Labels), deployment.Name());
        foreach (var service in Deployed.Of<V1Service>())
        {
            var pod = Assert.Single(Deployed.Pods, each => Fits(service.Spec.Selector, each.Pod.Metadata.Labels)).Pod;
            var names = pod.Spec.Containers.SelectMany(container => container.Ports ?? []).Select(port => port.Name);
            Assert.All(service.Spec.Ports, port => Assert.Contains((string)port.TargetPort, names));
        }

        foreach (var budget in Deployed.Of<V1PodDisruptionBudget>())
            Assert.Single(Deployed.Pods, each => Fits(budget.Spec.Selector.MatchLabels, each.Pod.Metadata.Labels));
        var deployments = Deployed.Of<V1Deployment>().Select(deployment => deployment.Name()).ToList();
        Assert.All(Deployed.Of<V2HorizontalPodAutoscaler>(), scaler => Assert.Contains(scaler.Spec.ScaleTargetRef.Name, deployments));
        var authentications = Deployed.Of<TriggerAuthentication>().Select(each => each.Metadata.Name).ToList();
        Assert.All(
            Deployed.Of<ScaledJob>().SelectMany(each => each.Spec!.Triggers),
            trigger => Assert.Contains(trigger.AuthenticationRef.Name, authentications)
        );
        foreach (var monitor in Deployed.Of<ServiceMonitor>())
        {
            var services = Deployed.Of<V1Service>().Where(service => Fits(monitor.Spec!.Selector.MatchLabels, service.Labels())).ToList();
            Assert.Equal(["api", "inference"], services.Select(service => service.Name()).Order());
            Assert.All(services, service => Assert.Contains(monitor.Spec!.Endpoints[0].Port, service.Spec.Ports.Select(port => port.Name)));
        }
    }

    [Fact]
    public void Network_policies_speak_of_pods_that_are_there_and_deny_all_else()
    {
        var cluster = Assert.Single(Deployed.Of<PostgresCluster>());
        List<IDictionary<string, string>> labels =
        [
            .. Deployed.Pods.Select(each => each.Pod.Metadata.Labels),
            new Dictionary<string, string> { [CustomResources.ClusterLabel] = cluster.Metadata.Name },
        ];
        var policies = Deployed.Of<V1NetworkPolicy>().ToList();
        var peers = policies
            .SelectMany(policy => policy.Spec.Ingress ?? []).SelectMany(rule => rule.FromProperty ?? [])
            .Concat(policies.SelectMany(policy => policy.Spec.Egress ?? []).SelectMany(rule => rule.To ?? []));
        var selectors = policies
            .Select(policy => policy.Spec.PodSelector)
            .Concat(peers.Select(peer => peer.PodSelector).OfType<V1LabelSelector>());
        foreach (var selector in selectors)
        {
            Assert.Contains(labels, pod => Fits(selector.MatchLabels, pod));
            foreach (var (term, value) in (selector.MatchExpressions ?? []).SelectMany(term => term.Values, (term, value) => (term, value)))
                Assert.Contains(labels, pod => pod.TryGetValue(term.Key, out var found) && found == value);
        }

        var deny = Assert.Single(policies, policy => policy.Name() == "deny").Spec;
        Assert.Equal(["Egress", "Ingress"], deny.PolicyTypes.Order());
        Assert.True(deny.Ingress is null && deny.Egress is null && deny.PodSelector.MatchLabels is null);

        // Whoever has the database's password may reach it, and nobody else.
        Assert.All(
            Deployed.Pods,
            each => Assert.Equal(
                each.Pod.Spec.Containers.Any(container => (container.Env ?? []).Any(variable => variable.Name == Password)),
                each.Pod.Metadata.Labels.ContainsKey("concat/database")
            )
        );
    }

    [Fact]
    public void Every_container_is_confined_and_says_what_it_needs()
    {
        foreach (var (of, pod) in Deployed.Pods)
        {
            Assert.True(pod.Spec.SecurityContext.RunAsNonRoot, of);
            Assert.Equal(1654, pod.Spec.SecurityContext.RunAsUser);             // APP_UID of .NET's images
            Assert.Equal("RuntimeDefault", pod.Spec.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.Spec.AutomountServiceAccountToken, of);
            foreach (var container in pod.Spec.Containers)
            {
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem, of);
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation, of);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                Assert.Contains("memory", container.Resources.Limits);
                Assert.Contains("cpu", container.Resources.Requests);
            }

            // What ends a training has time for its checkpoint: 120 s (QueueStorage.Shutdown) and some.
            if (pod.Spec.Containers.Any(container => container.Image.Contains("worker", StringComparison.Ordinal)))
                Assert.Equal(150, pod.Spec.TerminationGracePeriodSeconds);
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("gpu")]
    [InlineData("observability")]
    public async Task Kustomize_renders_each_overlay_and_what_it_renders_is_read_strictly(string overlay)
    {
        if (!Array.Exists(Environment.GetEnvironmentVariable("PATH")!.Split(':'), folder => File.Exists(Path.Combine(folder, "kubectl"))))
            Assert.Skip("There is no kubectl here.");
        var start = new ProcessStartInfo("kubectl", ["kustomize", Path.Combine(Deployed.Folder, "overlays", overlay)])
        {
            RedirectStandardOutput = true,
        };
        using var kubectl = Process.Start(start)!;
        var text = await kubectl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await kubectl.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kubectl.ExitCode);
        var rendered = Manifest.Read(overlay, text).ToList();
        Assert.NotEmpty(rendered);
        Assert.DoesNotMatch(@"image: concatservice-[\w-]+\s*$", text);          // none without a tag
    }

    private static void AssertSecret(string of, string name, string key) =>
        Assert.True(
            Deployed.ExternalSecrets.TryGetValue(name, out var keys) && keys.Contains(key),
            $"{of} wants {key} of the secret {name}, which README.md does not name."
        );

    private static bool Fits(IDictionary<string, string>? selector, IDictionary<string, string>? labels) =>
        (selector ?? new Dictionary<string, string>()).All(
            wanted => labels is not null && labels.TryGetValue(wanted.Key, out var found) && found == wanted.Value
        );

    [GeneratedRegex("^EXPOSE (.+)$", RegexOptions.Multiline)]
    private static partial Regex Exposed();

    [GeneratedRegex(@"^\| `([^`]+)`", RegexOptions.Multiline)]
    private static partial Regex Row();
}
