using System.IO.Compression;
using System.Text;
using Estiba.Compute.UserData;

namespace Estiba.Compute.Tests.UserData;

public sealed class UserDataTests
{
    private static IReadOnlyDictionary<string, string> Read(string text) =>
        UserDataReader.Read(Encoding.UTF8.GetBytes(text)).Settings;

    private static string? Cluster(string text) => Read(text).GetValueOrDefault("ECS_CLUSTER");

    public static TheoryData<string, string> Hostile { get; } =
        new()
        {
            { "YAML that is nested deeply", "#cloud-config\nruncmd: " + new string('[', 500_000) },
            { "TOML that is nested deeply", "[settings.ecs]\ncluster = " + new string('[', 500_000) },
            {
                "expansions in expansions",
                "#!/bin/sh\necho "
                    + string.Concat(Enumerable.Repeat("${a:-", 20_000))
                    + string.Concat(Enumerable.Repeat("}", 20_000))
            },
            {
                "text that grows",
                "#!/bin/sh\necho 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef > f\n"
                    + string.Concat(Enumerable.Repeat("cat f f > f\n", 20))
                    + "cat"
                    + string.Concat(Enumerable.Repeat(" f", 20_000))
                    + " > g\n"
            },
        };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void What_would_take_all_stack_or_memory_ends_early(string what, string text)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Cluster(text).ShouldBeNull(what);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1L << 30, what);
    }

    [Theory]
    [InlineData("echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config")]
    [InlineData("echo ECS_CLUSTER=demo>>/etc/ecs/ecs.config")]
    [InlineData("echo \"ECS_CLUSTER=demo\" > /etc/ecs/ecs.config")]
    [InlineData("echo 'ECS_CLUSTER=demo' | sudo tee -a /etc/ecs/ecs.config")]
    [InlineData("echo 'ECS_CLUSTER=demo' | tee -a /etc/ecs/ecs.config > /dev/null 2>&1")]
    [InlineData("printf 'ECS_CLUSTER=%s\\n' demo >> /etc/ecs/ecs.config")]
    [InlineData("echo -e \"ECS_LOGLEVEL=debug\\nECS_CLUSTER=demo\" >> /etc/ecs/ecs.config")]
    [InlineData("CLUSTER=demo\necho ECS_CLUSTER=$CLUSTER >> /etc/ecs/ecs.config")]
    [InlineData("export CLUSTER='demo'; echo \"ECS_CLUSTER=${CLUSTER}\" >> /etc/ecs/ecs.config")]
    [InlineData("echo ECS_CLUSTER=${CLUSTER:-demo} >> /etc/ecs/ecs.config")]
    [InlineData("CONFIG=/etc/ecs/ecs.config\necho ECS_CLUSTER=demo >> \"$CONFIG\"")]
    [InlineData("yum update -y && echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config && start ecs")]
    [InlineData("{ echo ECS_CLUSTER=demo; echo ECS_LOGLEVEL=info; } >> /etc/ecs/ecs.config")]
    [InlineData("sudo bash -c \"echo 'ECS_CLUSTER=demo' >> /etc/ecs/ecs.config\"")]
    [InlineData("grep -q ECS_CLUSTER /etc/ecs/ecs.config || echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config")]
    [InlineData(
        "if [ ! -f /etc/ecs/ecs.config ]; then\n  echo ECS_CLUSTER=demo > /etc/ecs/ecs.config\nelse\n  echo "
            + "ECS_CLUSTER=other > /etc/ecs/ecs.config\nfi"
    )]
    [InlineData("for line in ECS_LOGLEVEL=info ECS_CLUSTER=demo; do echo $line >> /etc/ecs/ecs.config; done")]
    [InlineData("configure() { echo ECS_CLUSTER=$1 >> /etc/ecs/ecs.config; }\nconfigure demo")]
    [InlineData("cat <<'EOF' >> /etc/ecs/ecs.config\nECS_CLUSTER=demo\nECS_LOGLEVEL=debug\nEOF")]
    [InlineData("cat >> /etc/ecs/ecs.config <<-EOF\n\tECS_CLUSTER=demo\n\tEOF\necho done")]
    [InlineData("NAME=demo\ncat <<EOF > /etc/ecs/ecs.config\nECS_CLUSTER=${NAME}\nEOF")]
    [InlineData("tee -a /etc/ecs/ecs.config <<EOF\nECS_CLUSTER=demo\nEOF")]
    [InlineData("echo ECS_CLUSTER=other > /etc/ecs/ecs.config # first\necho ECS_CLUSTER=demo > /etc/ecs/ecs.config")]
    [InlineData("echo ECS_CLUSTER=other >> /etc/ecs/ecs.config\necho ECS_CLUSTER=demo >> /etc/ecs/ecs.config")]
    [InlineData("echo \\\n  ECS_CLUSTER=demo \\\n  >> /etc/ecs/ecs.config")]
    [InlineData("echo ECS_CLUSTER=$(echo demo) >> /etc/ecs/ecs.config")]
    [InlineData("set -euo pipefail\r\necho ECS_CLUSTER=demo >> /etc/ecs/ecs.config\r\n")]
    public void A_script_names_the_cluster(string script) => Cluster("#!/bin/bash\n" + script).ShouldBe("demo");

    [Theory]
    [InlineData("# echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config")]
    [InlineData("echo ECS_CLUSTER=demo")]
    [InlineData("echo ECS_CLUSTER=demo >> /etc/other.config")]
    [InlineData("exit 0\necho ECS_CLUSTER=demo >> /etc/ecs/ecs.config")]
    [InlineData("false && echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config")]
    [InlineData("echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config\nrm -f /etc/ecs/ecs.config")]
    public void A_script_names_no_cluster(string script) => Cluster("#!/bin/sh\n" + script).ShouldBeNull();

    [Fact]
    public void Quotes_inside_a_value_stay() =>
        Read("#!/bin/bash\necho 'ECS_INSTANCE_ATTRIBUTES={\"stack\":\"blue green\"}' >> /etc/ecs/ecs.config")[
            "ECS_INSTANCE_ATTRIBUTES"
        ]
            .ShouldBe("{\"stack\":\"blue green\"}");

    [Fact]
    public void A_command_whose_output_is_not_known_is_noted()
    {
        var script = "#!/bin/bash\necho ECS_CLUSTER=$(curl -s http://192.0.2.1/cluster) >> /etc/ecs/ecs.config";
        UserDataReader
            .Read(Encoding.UTF8.GetBytes(script))
            .Notes.ShouldContain("the output of $(curl -s http://192.0.2.1/cluster) is not known and taken as empty");
    }

    [Fact]
    public void Nothing_is_executed()
    {
        var marker = Path.Combine(Path.GetTempPath(), $"estiba-{Guid.NewGuid():N}");
        Read($"#!/bin/bash\ntouch {marker}\necho x > {marker}\n$(touch {marker})");
        File.Exists(marker).ShouldBeFalse();
    }

    [Theory]
    [InlineData("#!/bin/bash\nwhile true; do echo x >> /etc/ecs/ecs.config; done")]
    [InlineData("#!/bin/bash\nf() { f; f; }\nf")]
    [InlineData(
        "#!/bin/bash\nA=xxxxxxxxxx\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 "
            + "27 28 29 30; do A=$A$A$A; done"
    )]
    [InlineData("#!/bin/bash\necho \"unclosed >> /etc/ecs/ecs.config")]
    [InlineData("#!/bin/bash\n((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((")]
    [InlineData("#!/bin/bash\n) } fi done ;; esac && || | & > < <<")]
    [InlineData("#!/bin/bash\ncase $1 in a) echo x;; *) echo y;; esac\necho $(( 1 + ")]
    public void A_script_that_is_endless_or_broken_ends(string script) =>
        Should.CompleteIn(() => Read(script), TimeSpan.FromSeconds(60));

    [Fact]
    public void A_cloud_config_writes_the_file() =>
        Cluster(
                "#cloud-config\nwrite_files:\n  - path: /etc/ecs/ecs.config\n    content: |\n      "
                    + "ECS_CLUSTER=demo\n      ECS_LOGLEVEL=debug\n"
            )
            .ShouldBe("demo");

    [Fact]
    public void A_cloud_config_writes_the_file_from_base64() =>
        Cluster(
                "#cloud-config\nwrite_files:\n- {path: /etc/ecs/ecs.config, encoding: b64, content: "
                    + $"{ComputeWorld.Base64("ECS_CLUSTER=demo")}}}\n"
            )
            .ShouldBe("demo");

    [Theory]
    [InlineData("#cloud-config\nruncmd:\n - echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config\n")]
    [InlineData("#cloud-config\nruncmd:\n - [sh, -c, 'echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config']\n")]
    [InlineData("#cloud-config\nbootcmd:\n - echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config\n")]
    public void A_cloud_config_runs_commands(string config) => Cluster(config).ShouldBe("demo");

    [Fact]
    public void A_cloud_config_that_is_no_YAML_is_noted() =>
        UserDataReader
            .Read("#cloud-config\nwrite_files: [\n"u8.ToArray())
            .Notes.Single()
            .ShouldStartWith("the cloud-config is not valid YAML");

    [Fact]
    public void A_MIME_message_is_read_part_by_part() =>
        Read(
                """
                Content-Type: multipart/mixed; boundary="==BOUNDARY=="
                MIME-Version: 1.0

                --==BOUNDARY==
                Content-Type: text/cloud-boothook; charset="us-ascii"

                cloud-init-per once docker echo hello

                --==BOUNDARY==
                Content-Type: text/x-shellscript; charset="us-ascii"

                #!/bin/bash
                echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config

                --==BOUNDARY==
                Content-Type: text/cloud-config
                Content-Transfer-Encoding: base64

                I2Nsb3VkLWNvbmZpZwpydW5jbWQ6CiAtIGVjaG8gRUNTX0xPR0xFVkVMPWRlYnVnID4+IC9ldGMv
                ZWNzL2Vjcy5jb25maWcK
                --==BOUNDARY==--
                """
            )
            .ShouldBe(new Dictionary<string, string> { ["ECS_CLUSTER"] = "demo", ["ECS_LOGLEVEL"] = "debug" });

    [Fact]
    public void Bottlerocket_settings_become_agent_variables() =>
        Read(
                """
                [settings.host-containers.admin]
                enabled = true

                [settings.ecs]
                cluster = "demo"
                allow-privileged-containers = false
                logging-drivers = ["json-file", "awslogs"]
                reserved-memory = 128

                [settings.ecs.instance-attributes]
                stack = "blue"
                """
            )
            .ShouldBe(
                new Dictionary<string, string>
                {
                    ["ECS_CLUSTER"] = "demo",
                    ["ECS_DISABLE_PRIVILEGED"] = "true",
                    ["ECS_AVAILABLE_LOGGING_DRIVERS"] = "[\"json-file\",\"awslogs\"]",
                    ["ECS_RESERVED_MEMORY"] = "128",
                    ["ECS_INSTANCE_ATTRIBUTES"] = "{\"stack\":\"blue\"}",
                },
                ignoreOrder: true
            );

    [Fact]
    public void Gzipped_user_data_is_unpacked()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress))
            gzip.Write("#!/bin/sh\necho ECS_CLUSTER=demo > /etc/ecs/ecs.config"u8);
        UserDataReader.Read(packed.ToArray()).Settings["ECS_CLUSTER"].ShouldBe("demo");
    }

    [Fact]
    public void Any_bytes_can_be_read()
    {
        var random = new Random(7);
        var pieces = new[]
        {
            "#!/bin/sh\n",
            "echo ",
            "$(",
            ")",
            "`",
            "'",
            "\"",
            "<<EOF\n",
            "EOF\n",
            "${A:-",
            "}",
            "{",
            ";",
            "if ",
            "then ",
            "fi ",
            "for x in ",
            "do ",
            "done ",
            "|",
            "&&",
            ">",
            ">>",
            "\\",
            "\n",
            " ",
            "ECS_CLUSTER=a",
            "case ",
            "esac ",
            "(",
            "function f ",
            "2>&1",
            "\0",
        };
        for (var round = 0; round < 3000; round++)
        {
            var text =
                "#!/bin/sh\n"
                + string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => pieces[random.Next(pieces.Length)]));
            Should.NotThrow(() => Read(text), text);
        }
    }
}
