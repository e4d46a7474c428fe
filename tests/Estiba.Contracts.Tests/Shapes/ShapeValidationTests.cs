using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Logs;

namespace Estiba.Contracts.Tests.Shapes;

public sealed class ShapeValidationTests
{
    [Theory]
    [InlineData("Subiendo")]
    [InlineData("-a")]
    [InlineData("a/")]
    [InlineData("a b")]
    [InlineData("a..b")]
    [InlineData("ab\n")]
    public void Ecr_names_the_rule_that_a_repository_name_breaks(string name)
    {
        var error = Validate("ecr", new CreateRepositoryRequest { RepositoryName = name });

        error.Code.ShouldBe("InvalidParameterException");
        error.Message.ShouldBe(
            "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''");
    }

    [Theory]
    [InlineData("a1")]
    [InlineData("subiendo.mi.contenedor")]
    [InlineData("team/app_1/web-server")]
    [InlineData("a--b")]
    public void Ecr_takes_a_good_repository_name(string name)
    {
        var validator = new ShapeValidator("ecr");

        new CreateRepositoryRequest { RepositoryName = name }.Validate(validator);

        Should.NotThrow(validator.ThrowIfAny);
    }

    [Fact]
    public void Ecr_words_bounds_as_the_services_have_in_common() =>
        Validate("ecr", new BatchDeleteImageRequest { RepositoryName = "app", ImageIds = [.. Enumerable.Repeat(new ImageIdentifier(), 101)] }).Message
            .ShouldBe("Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length less than or equal to 100'");

    [Fact]
    public void Logs_words_a_broken_pattern_as_the_services_have_in_common()
    {
        var error = Validate("InvalidParameterException", new CreateLogGroupRequest { LogGroupName = "a b" });

        error.Message.ShouldBe(@"1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+");
    }

    [Fact]
    public void An_unknown_value_of_an_enumeration_is_refused_with_the_known_ones()
    {
        var error = Validate("ecs", new RunTaskRequest { TaskDefinition = "web", LaunchType = "MOON" });

        error.Code.ShouldBe("InvalidParameterException");
        error.Message.ShouldStartWith("1 validation error detected: Value 'MOON' at 'launchType' failed to satisfy constraint: Member must satisfy enum value set: [EC2, FARGATE");
    }

    [Fact]
    public void Ec2_does_not_list_its_thousand_instance_types() =>
        Validate("ec2", new Contracts.Ec2.RunInstancesRequest { MinCount = 1, MaxCount = 1, InstanceType = "t9.huge" }).Message.ShouldBe("Invalid value 't9.huge' for InstanceType.");

    [Fact]
    public void A_missing_member_is_named_in_the_words_of_the_service()
    {
        Validate("ecs", new RunTaskRequest()).Message.ShouldBe("TaskDefinition can not be blank.");
        Validate("ecs", new DeleteClusterRequest { Cluster = "" }).Message.ShouldBe("Cluster can not be blank.");
        Validate("ValidationError", new Contracts.Iam.GetRoleRequest()).Message.ShouldBe("1 validation error detected: Value null at 'RoleName' failed to satisfy constraint: Member must not be null");
    }

    public static TheoryData<string, IShape> Ec2RequestsThatLackSomething { get; } = new()
    {
        { "InstanceId", new Contracts.Ec2.TerminateInstancesRequest() },
        { "InstanceId", new Contracts.Ec2.ModifyInstanceAttributeRequest() },
        { "Tag", new Contracts.Ec2.CreateTagsRequest() },
        { "GroupDescription", new Contracts.Ec2.CreateSecurityGroupRequest { GroupName = "g" } },
        {
            "ElasticInferenceAccelerator.1.Type",
            new Contracts.Ec2.RunInstancesRequest { MinCount = 1, MaxCount = 1, ElasticInferenceAccelerators = [new Contracts.Ec2.ElasticInferenceAccelerator()] }
        },
    };

    [Theory]
    [MemberData(nameof(Ec2RequestsThatLackSomething))]
    public void Ec2_names_a_missing_parameter_as_it_is_in_the_request(string parameter, IShape request)
    {
        var error = Validate("ec2", request);

        error.Code.ShouldBe("MissingParameter");
        error.Message.ShouldBe($"The request must contain the parameter {parameter}");
    }

    [Fact]
    public void Ec2_has_words_of_its_own_for_values_and_bounds()
    {
        Validate("ec2", new Contracts.Ec2.DescribeInstanceTypesRequest { InstanceTypes = ["t9.huge"] }).Message.ShouldBe("Invalid value 't9.huge' for InstanceType.");
        Validate("ec2", new Contracts.Ec2.DescribeInstanceTypesRequest { MaxResults = 4 }).Message.ShouldBe("Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.");
        Validate("ec2", new Contracts.Ec2.DescribeVpcsRequest { MaxResults = 1001 }).Message.ShouldBe("Value ( 1001 ) for parameter maxResults is invalid. Expecting a value less than 1000.");
    }

    [Fact]
    public void In_a_request_to_ecs_an_empty_text_deep_inside_is_none()
    {
        Validate("ecs", new RegisterTaskDefinitionRequest { Family = "web", ContainerDefinitions = [new ContainerDefinition { Secrets = [new Secret { Name = "", ValueFrom = "p" }] }] }).Message
            .ShouldBe("ContainerDefinitions.1.member.secrets.1.member.name should not be null or empty.");
        Validate("ecs", new PutAttributesRequest { Attributes = [new EcsAttribute { Name = "" }] }).Message.ShouldBe("Attributes.1.member.name should not be null or empty.");
    }

    [Fact]
    public void An_empty_namespace_takes_the_default_of_service_connect_away()
    {
        var validator = new ShapeValidator("ecs");

        new UpdateClusterRequest { Cluster = "c", ServiceConnectDefaults = new ClusterServiceConnectDefaultsRequest { Namespace = "" } }.Validate(validator);

        Should.NotThrow(validator.ThrowIfAny);
    }

    [Fact]
    public void An_item_deep_inside_is_named_by_its_path()
    {
        var request = new RegisterTaskDefinitionRequest
        {
            Family = "web",
            ContainerDefinitions = [new ContainerDefinition(), new ContainerDefinition { LogConfiguration = new LogConfiguration { LogDriver = "pigeon" } }],
        };

        Validate("ValidationException", request).Message.ShouldContain("at 'containerDefinitions.2.member.logConfiguration.logDriver'");
    }

    [Fact]
    public void Several_failures_are_told_together() =>
        Validate("ValidationException", new PutLogEventsRequest { LogGroupName = "", LogStreamName = "a:b" }).Message.ShouldStartWith("4 validation errors detected: ");

    [Fact]
    public void Every_pattern_of_every_contract_can_be_used()
    {
        foreach (var contract in Directory.GetFiles(Path.Combine(Repository.Root, "contracts"), "*.json"))
        {
            using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(contract));
            foreach (var shape in json.RootElement.GetProperty("shapes").EnumerateObject())
            {
                if (!shape.Value.TryGetProperty("pattern", out var pattern)) continue;
                Should.NotThrow(() => new ShapeValidator("x").Pattern("m", "some text", pattern.GetString()!), $"{contract}: {shape.Name}");
            }
        }
    }

    private static AwsException Validate(string style, IShape shape)
    {
        var validator = new ShapeValidator(style);
        shape.Validate(validator);
        return Should.Throw<AwsException>(validator.ThrowIfAny);
    }
}
