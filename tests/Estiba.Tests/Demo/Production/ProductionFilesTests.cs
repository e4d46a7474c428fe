using System.Text.Json.Nodes;
using Estiba.Demo.Production;

namespace Estiba.Tests.Demo.Production;

public sealed class ProductionFilesTests
{
    private static readonly ProductionPlace Place = new("123456789012", "us-east-1", "localhost:4566", 80);

    [Fact]
    public void The_image_of_a_version_has_the_name_that_it_has_on_AWS()
    {
        var container = Read(ProductionFiles.TaskDefinition)["containerDefinitions"]![0]!;
        ((string?)container["image"]).ShouldBe(
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/subiendo.mi.contenedor:{version}"
        );
        ((string?)container["logConfiguration"]!["options"]!["awslogs-region"]).ShouldBe("us-east-1");
    }

    [Fact]
    public void The_service_is_the_one_that_the_article_asks_for()
    {
        var service = Read(ProductionFiles.Service);
        ((int?)service["desiredCount"]).ShouldBe(2);
        ((string?)service["placementConstraints"]![0]!["type"]).ShouldBe("distinctInstance");
        ((string?)service["loadBalancers"]![0]!["targetGroupArn"]).ShouldBe("{target_group_arn}");
    }

    [Fact]
    public void All_images_that_the_walk_makes_are_known_before_it_makes_them() =>
        ProductionWalk
            .ImagesIn(Place)
            .ShouldBe(
                Enumerable
                    .Range(1, 4)
                    .SelectMany(version =>
                        new[]
                        {
                            $"123456789012.dkr.ecr.us-east-1.amazonaws.com/subiendo.mi.contenedor:{version}",
                            $"localhost:4566/subiendo.mi.contenedor:{version}",
                        }
                    )
            );

    private static JsonNode Read(string name) => JsonNode.Parse(ProductionFiles.Content(name, Place))!;
}
