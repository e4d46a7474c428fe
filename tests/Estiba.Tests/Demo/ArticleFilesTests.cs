using System.Text.Json.Nodes;
using Estiba.Demo;

namespace Estiba.Tests.Demo;

public sealed class ArticleFilesTests
{
    private static readonly ArticlePlace Place = new(
        "123456789012",
        "us-east-1",
        "localhost:4566",
        80,
        "docker-nginx",
        10001
    );

    [Fact]
    public void The_image_has_the_name_that_it_has_on_AWS() =>
        ((string?)Container["image"]).ShouldBe(
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/subiendo.mi.contenedor:latest"
        );

    [Fact]
    public void The_log_goes_to_the_region_of_the_walk() =>
        ((string?)Container["logConfiguration"]!["options"]!["awslogs-region"]).ShouldBe("us-east-1");

    [Fact]
    public void The_port_is_the_one_that_is_free() =>
        ((int?)Container["portMappings"]![0]!["hostPort"]).ShouldBe(10001);

    private static JsonNode Container =>
        JsonNode.Parse(ArticleFiles.TaskDefinition(Place))!["containerDefinitions"]![0]!;
}
