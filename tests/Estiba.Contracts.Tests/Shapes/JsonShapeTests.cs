using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Logs;

namespace Estiba.Contracts.Tests.Shapes;

public sealed class JsonShapeTests
{
    [Fact]
    public void What_a_contract_does_not_have_is_ignored_and_told()
    {
        var reader = new JsonShapeReader(
            """{"cluster":"c","clutser":1,"placementStrategy":[{"type":"spread","fielt":{"a":[]}}],"a b\n":2}"""u8.ToArray()
        );

        RunTaskRequest.Read(reader).Cluster.ShouldBe("c");

        reader.Ignored.ShouldBe(["RunTaskRequest.clutser", "PlacementStrategy.fielt", "RunTaskRequest.?"]);
    }

    [Fact]
    public void A_request_is_read_with_its_lists_maps_and_structures()
    {
        var request = ShapeJson.Parse<RegisterTaskDefinitionRequest>(
            """
            {
              "family": "web",
              "containerDefinitions": [
                { "name": "nginx", "cpu": 512, "essential": true, "portMappings": [{ "hostPort": 9999, "containerPort": 80 }],
                  "logConfiguration": { "logDriver": "awslogs", "options": { "awslogs-group": "web" } } }
              ]
            }
            """
        );

        var container = request.ContainerDefinitions!.ShouldHaveSingleItem();
        container.Cpu.ShouldBe(512);
        container.Essential.ShouldBe(true);
        container.PortMappings!.ShouldHaveSingleItem().HostPort.ShouldBe(9999);
        container.LogConfiguration!.Options!["awslogs-group"].ShouldBe("web");
    }

    [Theory]
    [InlineData("""{"layerPartBlob":"\ud800"}""")]
    [InlineData("""{"uploadId":"\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    public void Half_of_a_surrogate_pair_is_no_text(string json) =>
        Should
            .Throw<AwsException>(() => ShapeJson.Parse<UploadLayerPartRequest>(json))
            .Code.ShouldBe("SerializationException");

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var task = new EcsTask
        {
            TaskArn = "arn",
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_511_788_200_123),
            Containers =
            [
                new Container
                {
                    Name = "a",
                    ExitCode = 0,
                    NetworkBindings = [],
                },
            ],
            Tags = [new Contracts.Ecs.Tag { Key = "ä\"", Value = "\u0001" }],
        };

        var json = ShapeJson.ToText(task);

        ShapeJson.ToText(ShapeJson.Parse<EcsTask>(json)).ShouldBe(json);
        json.ShouldContain("\"createdAt\":1511788200.123");
    }

    [Theory]
    [InlineData("""{"unknown":{"deep":[1,{"x":null}]},"family":"web"}""")]
    [InlineData("""{"family":"web","tags":null}""")]
    [InlineData("""{"f\u0061mily":"web"}""")]
    [InlineData(""" { "family" : "web" } """)]
    public void Unknown_members_nulls_escapes_and_white_space_are_no_trouble(string json) =>
        ShapeJson.Parse<RegisterTaskDefinitionRequest>(json).Family.ShouldBe("web");

    [Theory]
    [InlineData("""{"family":7}""", "NUMBER_VALUE cannot be converted to String")]
    [InlineData("""{"family":["web"]}""", "Start of list found where not expected")]
    [InlineData("""{"family":{}}""", "Start of structure or map found where not expected.")]
    [InlineData("""{"containerDefinitions":"x"}""", "Expected list or null")]
    [InlineData("""{"containerDefinitions":[{"cpu":"512"}]}""", "STRING_VALUE cannot be converted to Long")]
    [InlineData("""{"containerDefinitions":[{"essential":"true"}]}""", "STRING_VALUE cannot be converted to Boolean")]
    [InlineData(
        """{"containerDefinitions":[{"cpu":4294967296}]}""",
        "Value 4294967296 is outside of the range of an Integer"
    )]
    [InlineData("""{"family":"web"} x""", "Unexpected text after the end of the JSON value")]
    [InlineData("""[]""", "Start of list found where not expected")]
    [InlineData("""nonsense""", "The body is not valid JSON at line 1, byte 2")]
    [InlineData("""{"family":"web" """, "The body is not valid JSON at line 1, byte 17")]
    [InlineData("", "The body is not valid JSON at line 1, byte 1")]
    public void A_value_of_the_wrong_type_is_a_serialization_error(string json, string message)
    {
        var error = Should.Throw<AwsException>(() => ShapeJson.Parse<RegisterTaskDefinitionRequest>(json));

        error.Code.ShouldBe("SerializationException");
        error.Message.ShouldBe(message);
    }

    [Fact]
    public void Text_cut_anywhere_is_an_error_and_never_a_crash()
    {
        var json = Encoding.UTF8.GetBytes(
            """{"family":"w\u00e4b","containerDefinitions":[{"cpu":512,"environment":[{"name":"ü","value":"\\"}],"x":[[{}]]}],"tags":[]}"""
        );

        for (var length = 0; length < json.Length; length++)
            Should
                .Throw<AwsException>(() => ShapeJson.Parse<RegisterTaskDefinitionRequest>(json.AsMemory(0, length)))
                .Code.ShouldBe("SerializationException");
    }

    [Fact]
    public void Blobs_travel_as_base64()
    {
        var request = ShapeJson.Parse<UploadLayerPartRequest>("""{"layerPartBlob":"AQID"}""");

        request.LayerPartBlob!.Value.ToArray().ShouldBe([1, 2, 3]);
        ShapeJson.ToText(request).ShouldBe("""{"layerPartBlob":"AQID"}""");
    }

    [Fact]
    public void Times_of_log_events_are_whole_milliseconds() =>
        ShapeJson
            .ToText(new InputLogEvent { Timestamp = 1_511_788_200_123, Message = "x" })
            .ShouldBe("""{"timestamp":1511788200123,"message":"x"}""");

    [Fact]
    public void A_secret_does_not_show_in_text_for_logs()
    {
        var credentials = new Contracts.Acs.IAMRoleCredentials { AccessKeyId = "ASIA", SecretAccessKey = "hidden" };

        credentials.ToString().ShouldNotContain("hidden");
        credentials.ToString().ShouldContain("ASIA");
    }

    [Fact]
    public void A_structure_can_be_part_of_a_record_that_is_kept()
    {
        var kept = new Kept("k", new Container { Name = "nginx", ExitCode = 1 });

        var read = JsonSerializer.Deserialize(
            JsonSerializer.Serialize(kept, KeptJson.Default.Kept),
            KeptJson.Default.Kept
        )!;

        read.Container.Name.ShouldBe("nginx");
        read.Container.ExitCode.ShouldBe(1);
    }
}

internal sealed record Kept(string Key, Container Container);

[JsonSerializable(typeof(Kept))]
internal sealed partial class KeptJson : JsonSerializerContext;
