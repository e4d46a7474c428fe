using System.Text.Json.Nodes;
using Estiba.Agent.Hosts;
using Estiba.Contracts;
using Estiba.Engines;

namespace Estiba.Agent.Tests.Hosts;

/// <summary>
/// What the engine would be told, by a server that may be anybody's, and what a host lets pass of it.
/// </summary>
public sealed class HostGuardTests
{
    [Theory]
    [InlineData("""{"Privileged":true}""", HostAccess.Privileged)]
    [InlineData("""{"SecurityOpt":["seccomp=unconfined"]}""", HostAccess.Privileged)]
    [InlineData("""{"SecurityOpt":["seccomp:{}"]}""", HostAccess.Privileged)]
    [InlineData("""{"SecurityOpt":["apparmor:unconfined"]}""", HostAccess.Privileged)]
    [InlineData("""{"SecurityOpt":["label=disable"]}""", HostAccess.Privileged)]
    [InlineData("""{"SecurityOpt":["label:type:spc_t"]}""", HostAccess.Privileged)]
    [InlineData("""{"SecurityOpt":["systempaths=unconfined"]}""", HostAccess.Privileged)]
    [InlineData("""{"Devices":[{"PathOnHost":"/dev/sda"}]}""", HostAccess.Devices)]
    [InlineData("""{"CapAdd":["SYS_ADMIN"]}""", HostAccess.Capabilities)]
    [InlineData("""{"CapAdd":["CHOWN","cap_sys_ptrace"]}""", HostAccess.Capabilities)]
    [InlineData("""{"CapAdd":["ALL"]}""", HostAccess.Capabilities)]
    [InlineData("""{"NetworkMode":"host"}""", HostAccess.Network)]
    [InlineData("""{"PidMode":"host"}""", HostAccess.Pid)]
    [InlineData("""{"IpcMode":"host"}""", HostAccess.Ipc)]
    public void Each_kind_is_refused_unless_it_is_allowed(string hostConfig, string kind)
    {
        Refused(() => Guard(HostAccess.AllKinds.Except([kind])).Apply(Parse(hostConfig)))
            .ShouldContain($"(--allow {kind})");
        Guard([kind]).Apply(Parse(hostConfig));
    }

    [Theory]
    [InlineData(
        """{"NetworkMode":"bridge","PidMode":"","IpcMode":"none","Privileged":false,"Devices":[],"CapAdd":[],"CapDrop":["ALL"]}"""
    )]
    [InlineData("""{"CapAdd":["NET_BIND_SERVICE","CAP_CHOWN"]}""")]
    [InlineData("""{"SecurityOpt":["no-new-privileges","label=level:s0:c1","apparmor=docker-default"]}""")]
    [InlineData(
        """{"Binds":["volume:/data:ro"],"Tmpfs":{"/run":"size=1"},"LogConfig":{"Type":"fluentd","Config":{"fluentd-address":"tcp://localhost:24224"}}}"""
    )]
    [InlineData("""{"PidMode":"container:first","IpcMode":"shareable"}""")]
    public void What_does_nothing_to_the_host_passes_everywhere(string hostConfig)
    {
        var parsed = Parse(hostConfig);

        Guard([]).Apply(parsed);

        parsed.ToJsonString().ShouldBe(Parse(hostConfig).ToJsonString());
    }

    [Theory]
    [InlineData("""{"Mounts":[{"Type":"bind","Source":"/","Target":"/host"}]}""")]
    [InlineData("""{"Binds":["/:/host"]}""")]
    [InlineData("""{"VolumesFrom":["other"]}""")]
    [InlineData("""{"Runtime":"mine"}""")]
    [InlineData("""{"CgroupParent":"/"}""")]
    [InlineData("""{"UTSMode":"host"}""")]
    [InlineData("""{"UsernsMode":"host"}""")]
    [InlineData("""{"CgroupnsMode":"host"}""")]
    [InlineData("""{"MaskedPaths":[]}""")]
    [InlineData("""{"DeviceCgroupRules":["a *:* rwm"]}""")]
    [InlineData("""{"DeviceRequests":[{"Count":-1}]}""")]
    [InlineData("""{"privileged":true}""")]
    [InlineData("""{"PidMode":"container:other"}""")]
    [InlineData("""{"NetworkMode":"container:other"}""")]
    [InlineData("""{"SomethingOfTomorrow":1}""")]
    public void A_payload_has_nothing_to_say_that_an_agent_does_not_know(string hostConfig) =>
        Refused(() => Guard(HostAccess.AllKinds.Except([HostAccess.Privileged])).CheckPayload(Parse(hostConfig)))
            .ShouldContain("(--allow privileged)");

    [Fact]
    public void A_path_is_bound_where_it_leads_and_only_where_that_is_allowed()
    {
        var hostConfig = Parse("""{"Binds":["/tmp/./x/..:/data:ro","named:/n"]}""");

        new HostGuard(new HostAccess { Volumes = ["/tmp"] }, HostGuard.EnginePlaces).Apply(hostConfig);

        hostConfig["Binds"]!.AsArray().Select(bind => bind!.GetValue<string>()).ShouldBe(["/tmp:/data:ro", "named:/n"]);
        Refused(() => Guard(HostAccess.AllKinds).Apply(Parse("""{"Binds":["/tmp:/data"]}""")))
            .ShouldContain("--host-volumes");
        Refused(() => Guard(HostAccess.AllKinds, "/").Apply(Parse("""{"Binds":["/var/run/docker.sock:/s"]}""")))
            .ShouldContain("container engine");
        Refused(() =>
                Guard(HostAccess.AllKinds, "/")
                    .Apply(Parse("""{"LogConfig":{"Config":{"syslog-address":"unix:///var/run/docker.sock"}}}"""))
            )
            .ShouldContain("container engine");
    }

    [Theory]
    [InlineData("none", "bind", "/", null)]
    [InlineData("none", "rw,bind", "/var/lib", null)]
    [InlineData("tmpfs", "bind", "/proc", null)]
    [InlineData("nfs", "ro,rbind", "/", null)]
    [InlineData("ext4", "", "/dev/sda1", null)]
    [InlineData("overlay", "lowerdir=/,upperdir=/tmp/u,workdir=/tmp/w", "overlay", null)]
    [InlineData("", "", "srv", null)]
    [InlineData("none", "bind", "/tmp", "/tmp")]
    [InlineData("tmpfs", "size=1m", "tmpfs", "tmpfs")]
    [InlineData("nfs", "addr=10.0.0.1,rw", ":/export", ":/export")]
    public void A_volume_of_the_local_driver_is_a_path_of_the_host_where_its_options_make_it_one(
        string type,
        string options,
        string device,
        string? expected
    )
    {
        var given = new Dictionary<string, string>
        {
            ["type"] = type,
            ["o"] = options,
            ["device"] = device,
        };
        var guard = Guard(HostAccess.AllKinds, "/");

        if (expected is null)
            Refused(() => guard.Checked("local", given)).ShouldContain("may not be bound");
        else
            guard.Checked("local", given)["device"].ShouldBe(expected);
    }

    private static HostGuard Guard(IEnumerable<string> kinds, params string[] volumes) =>
        new(new HostAccess { Kinds = [.. kinds], Volumes = volumes }, HostGuard.EnginePlaces);

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;

    private static string Refused(Action action) => Should.Throw<EngineException>(action).Message;
}
