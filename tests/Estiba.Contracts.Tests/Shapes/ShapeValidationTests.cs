using Estiba.Contracts.CborSample;
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
        var error = Validate("path", new CreateRepositoryRequest { RepositoryName = name });

        error.Code.ShouldBe("InvalidParameterException");
        error.Message.ShouldBe(
            "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression "
                + "'(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''"
        );
    }

    [Theory]
    [InlineData("a1")]
    [InlineData("subiendo.mi.contenedor")]
    [InlineData("team/app_1/web-server")]
    [InlineData("a--b")]
    public void Ecr_takes_a_good_repository_name(string name)
    {
        var validator = new ShapeValidator("path");

        new CreateRepositoryRequest { RepositoryName = name }.Validate(validator);

        Should.NotThrow(validator.ThrowIfAny);
    }

    [Fact]
    public void Ecr_words_bounds_as_the_services_have_in_common() =>
        Validate(
            "path",
            new BatchDeleteImageRequest
            {
                RepositoryName = "app",
                ImageIds = [.. Enumerable.Repeat(new ImageIdentifier(), 101)],
            }
        )
            .Message.ShouldBe(
                "Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length less than "
                    + "or equal to 100'"
            );

    [Fact]
    public void The_items_of_lists_in_a_map_are_held_to_their_bounds() =>
        Validate(
            "ValidationException",
            new All { Codes = new Dictionary<string, IReadOnlyList<string>> { ["a"] = ["b", "long"] } }
        )
            .Message.ShouldBe(
                "1 validation error detected: Value 'long' at 'codes.value.2.member' failed to satisfy constraint: "
                    + "Member must have length less than or equal to 2"
            );

    [Theory]
    [InlineData("😀😀", true)]
    [InlineData("😀😀😀", false)]
    [InlineData("日本", true)]
    public void A_length_is_counted_in_characters_of_unicode(string code, bool isGood)
    {
        var validator = new ShapeValidator("ValidationException");

        new All { Codes = new Dictionary<string, IReadOnlyList<string>> { [code] = [] } }.Validate(validator);

        if (isGood)
            Should.NotThrow(validator.ThrowIfAny);
        else
            Should.Throw<AwsException>(validator.ThrowIfAny);
    }

    [Fact]
    public void Logs_words_a_broken_pattern_as_the_services_have_in_common()
    {
        var error = Validate("InvalidParameterException", new CreateLogGroupRequest { LogGroupName = "a b" });

        error.Message.ShouldBe(
            @"1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy "
                + @"constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"
        );
    }

    [Fact]
    public void An_unknown_value_of_an_enumeration_is_refused_with_the_known_ones()
    {
        var error = Validate("sentences", new RunTaskRequest { TaskDefinition = "web", LaunchType = "MOON" });

        error.Code.ShouldBe("InvalidParameterException");
        error.Message.ShouldStartWith("launch type should be one of [EC2,FARGATE,");
    }

    [Fact]
    public void Ecs_tells_the_known_values_of_an_account_settings_name_after_what_was_sent() =>
        Validate("sentences", new ListAccountSettingsRequest { Name = "unknown" })
            .Message.ShouldStartWith("unknown should be one of [serviceLongArnFormat,taskLongArnFormat,");

    [Fact]
    public void Ecs_tells_the_known_values_by_the_members_words() =>
        Validate("sentences", new CreateServiceRequest { ServiceName = "s", SchedulingStrategy = "TWICE" })
            .Message.ShouldBe("Scheduling strategy should be one of [REPLICA,DAEMON]");

    [Fact]
    public void Ecs_names_a_list_by_its_own_name_and_a_nested_member_by_its_last()
    {
        Validate("sentences", new DescribeServicesRequest { Services = ["s"], Include = ["TAGS", "SECRETS"] })
            .Message.ShouldBe("include should be one of [TAGS]");
        Validate(
            "sentences",
            new RegisterTaskDefinitionRequest
            {
                Family = "f",
                ContainerDefinitions =
                [
                    new ContainerDefinition { LogConfiguration = new LogConfiguration { LogDriver = "paper" } },
                ],
            }
        )
            .Message.ShouldStartWith("log driver should be one of [json-file,");
    }

    [Fact]
    public void A_missing_member_is_named_in_the_words_of_the_service()
    {
        Validate("sentences", new RunTaskRequest()).Message.ShouldBe("TaskDefinition can not be blank.");
        Validate("sentences", new DeleteClusterRequest { Cluster = "" }).Message.ShouldBe("Cluster can not be blank.");
        Validate("lettersLast", new Contracts.Iam.GetRoleRequest())
            .Message.ShouldBe(
                "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must not be null"
            );
        Validate("ValidationError", new Contracts.Sts.AssumeRoleRequest { RoleSessionName = "me" })
            .Message.ShouldBe(
                "1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: Member must "
                    + "not be null"
            );
    }

    [Fact]
    public void Query_services_name_members_with_a_small_first_letter()
    {
        var tags = new Contracts.Iam.TagRoleRequest
        {
            RoleName = "app",
            Tags = [new Contracts.Iam.Tag { Key = new string('k', 129), Value = "" }],
        };
        var session = new Contracts.Sts.AssumeRoleRequest
        {
            RoleArn = "arn:aws:iam::123456789012:role/app",
            RoleSessionName = "a b",
        };

        Validate("lettersLast", tags)
            .Message.ShouldBe(
                "1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: Member "
                    + "must have length less than or equal to 128"
            );
        Validate(
            "lettersLast",
            new Contracts.Iam.CreateRoleRequest { RoleName = new string('r', 65), AssumeRolePolicyDocument = "{}" }
        )
            .Message.ShouldBe(
                "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must have "
                    + "length less than or equal to 64"
            );
        Validate("lettersLast", new Contracts.Iam.UpdateRoleRequest { RoleName = "app", MaxSessionDuration = 5 })
            .Message.ShouldBe(
                "1 validation error detected: Value at 'maxSessionDuration' failed to satisfy constraint: Member "
                    + "must have value greater than or equal to 3600"
            );
        Validate(
            "lettersLast",
            new Contracts.Iam.SetDefaultPolicyVersionRequest
            {
                PolicyArn = "arn:aws:iam::123456789012:policy/p",
                VersionId = "1",
            }
        )
            .Message.ShouldBe(
                @"1 validation error detected: Value at 'versionId' failed to satisfy constraint: "
                    + @"Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?"
            );
        Validate("ValidationError", session)
            .Message.ShouldBe(
                @"1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy "
                    + @"constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*"
            );
    }

    [Fact]
    public void Iam_tells_once_what_all_texts_of_a_list_must_satisfy()
    {
        const string Words =
            @"1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member "
            + @"must satisfy constraint: "
            + @"[Member must have length less than or equal to 128, Member must have length greater "
            + @"than or equal to 1, "
            + @"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null]";

        Validate(
            "lettersLast",
            new Contracts.Iam.UntagRoleRequest { RoleName = "app", TagKeys = ["a", new string('k', 129), "<"] }
        )
            .Message.ShouldBe(Words);
        Validate(
            "lettersLast",
            new Contracts.Iam.UntagPolicyRequest { PolicyArn = "arn:aws:iam::123456789012:policy/p", TagKeys = ["<"] }
        )
            .Message.ShouldBe(Words);
    }

    public static TheoryData<string, IShape> IamRequestsWithWrongLetters { get; } =
        new()
        {
            {
                "userName",
                new Contracts.Iam.CreateUserRequest { UserName = "a b" }
            },
            {
                "userName",
                new Contracts.Iam.CreateUserRequest { UserName = "jos\u00e9" }
            },
            {
                "userName",
                new Contracts.Iam.CreateUserRequest { UserName = "\u0661" }
            },
            {
                "userName",
                new Contracts.Iam.GetUserRequest { UserName = "a\nb" }
            },
            {
                "newUserName",
                new Contracts.Iam.UpdateUserRequest { UserName = "a", NewUserName = "a/b" }
            },
            {
                "groupName",
                new Contracts.Iam.CreateGroupRequest { GroupName = "a:b" }
            },
            {
                "roleName",
                new Contracts.Iam.CreateRoleRequest { RoleName = "a*b", AssumeRolePolicyDocument = "{}" }
            },
            {
                "instanceProfileName",
                new Contracts.Iam.CreateInstanceProfileRequest { InstanceProfileName = "a\0b" }
            },
            {
                "policyName",
                new Contracts.Iam.CreatePolicyRequest { PolicyName = "a/b", PolicyDocument = "{}" }
            },
            {
                "policyName",
                new Contracts.Iam.PutUserPolicyRequest
                {
                    UserName = "a",
                    PolicyName = "\u202e",
                    PolicyDocument = "{}",
                }
            },
        };

    [Theory]
    [MemberData(nameof(IamRequestsWithWrongLetters))]
    public void Iam_has_a_sentence_for_the_letters_of_names(string member, IShape request)
    {
        var error = Validate("lettersLast", request);

        (error.Code, error.Message).ShouldBe(
            (
                "ValidationError",
                $"The specified value for {member} is invalid. It must contain only alphanumeric characters and/or "
                    + "the following: +=,.@_-"
            )
        );
    }

    [Fact]
    public void Iam_has_sentences_for_paths_and_documents()
    {
        Validate("lettersLast", new Contracts.Iam.CreateUserRequest { UserName = "a", Path = "team" })
            .Message.ShouldBe(
                "The specified value for path is invalid. It must begin and end with / and contain only "
                    + "alphanumeric characters and/or / characters."
            );
        Validate("lettersLast", new Contracts.Iam.ListUsersRequest { PathPrefix = "team" })
            .Message.ShouldBe(
                "The specified value for pathPrefix is invalid. It must begin with the / character and contain "
                    + "only alphanumeric characters and/or / characters."
            );
        Validate(
            "lettersLast",
            new Contracts.Iam.PutUserPolicyRequest
            {
                UserName = "a",
                PolicyName = "p",
                PolicyDocument = "\u20ac",
            }
        )
            .Message.ShouldBe(
                "The specified value for policyDocument is invalid. It must contain only printable ASCII characters."
            );
    }

    [Fact]
    public void Every_letter_that_names_may_have_is_accepted()
    {
        var validator = new ShapeValidator("lettersLast");

        new Contracts.Iam.CreateUserRequest { UserName = "aZ09_+=,.@-", Path = "/team/x-1/" }.Validate(validator);

        Should.NotThrow(validator.ThrowIfAny);
    }

    public static TheoryData<string, IShape> Ec2RequestsThatLackSomething { get; } =
        new()
        {
            { "InstanceId", new Contracts.Ec2.TerminateInstancesRequest() },
            { "InstanceId", new Contracts.Ec2.ModifyInstanceAttributeRequest() },
            { "Tag", new Contracts.Ec2.CreateTagsRequest() },
            {
                "GroupDescription",
                new Contracts.Ec2.CreateSecurityGroupRequest { GroupName = "g" }
            },
            {
                "ElasticInferenceAccelerator.1.Type",
                new Contracts.Ec2.RunInstancesRequest
                {
                    MinCount = 1,
                    MaxCount = 1,
                    ElasticInferenceAccelerators = [new Contracts.Ec2.ElasticInferenceAccelerator()],
                }
            },
        };

    [Theory]
    [MemberData(nameof(Ec2RequestsThatLackSomething))]
    public void Ec2_names_a_missing_parameter_as_it_is_in_the_request(string parameter, IShape request)
    {
        var error = Validate("parameters", request);

        error.Code.ShouldBe("MissingParameter");
        error.Message.ShouldBe($"The request must contain the parameter {parameter}");
    }

    [Fact]
    public void Ec2_has_words_of_its_own_for_values_and_bounds()
    {
        Validate(
            "parameters",
            new Contracts.Ec2.RunInstancesRequest
            {
                MinCount = 1,
                MaxCount = 1,
                InstanceInitiatedShutdownBehavior = "explode",
            }
        )
            .Message.ShouldBe("Invalid value 'explode' for InstanceInitiatedShutdownBehavior.");
        Validate("parameters", new Contracts.Ec2.DescribeInstanceTypesRequest { MaxResults = 4 })
            .Message.ShouldBe("Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.");
        Validate("parameters", new Contracts.Ec2.DescribeVpcsRequest { MaxResults = 1001 })
            .Message.ShouldBe("Value ( 1001 ) for parameter maxResults is invalid. Expecting a value less than 1000.");
    }

    [Fact]
    public void In_a_request_to_ecs_an_empty_text_deep_inside_is_none()
    {
        Validate(
            "sentences",
            new RegisterTaskDefinitionRequest
            {
                Family = "web",
                ContainerDefinitions =
                [
                    new ContainerDefinition { Secrets = [new Secret { Name = "", ValueFrom = "p" }] },
                ],
            }
        )
            .Message.ShouldBe("ContainerDefinitions.1.member.secrets.1.member.name should not be null or empty.");
        Validate("sentences", new PutAttributesRequest { Attributes = [new EcsAttribute { Name = "" }] })
            .Message.ShouldBe("Attributes.1.member.name should not be null or empty.");
    }

    [Fact]
    public void An_empty_namespace_takes_the_default_of_service_connect_away()
    {
        var validator = new ShapeValidator("sentences");

        new UpdateClusterRequest
        {
            Cluster = "c",
            ServiceConnectDefaults = new ClusterServiceConnectDefaultsRequest { Namespace = "" },
        }.Validate(validator);

        Should.NotThrow(validator.ThrowIfAny);
    }

    [Fact]
    public void An_item_deep_inside_is_named_by_its_path()
    {
        var request = new RegisterTaskDefinitionRequest
        {
            Family = "web",
            ContainerDefinitions =
            [
                new ContainerDefinition(),
                new ContainerDefinition { LogConfiguration = new LogConfiguration { LogDriver = "pigeon" } },
            ],
        };

        Validate("ValidationException", request)
            .Message.ShouldContain("at 'containerDefinitions.2.member.logConfiguration.logDriver'");
    }

    [Fact]
    public void Several_failures_are_told_together() =>
        Validate("ValidationException", new PutLogEventsRequest { LogGroupName = "", LogStreamName = "a:b" })
            .Message.ShouldStartWith("4 validation errors detected: ");

    [Fact]
    public void Every_pattern_of_every_contract_can_be_used()
    {
        foreach (var contract in Directory.GetFiles(Path.Combine(Repository.Root, "contracts"), "*.json"))
        {
            using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(contract));
            foreach (var shape in json.RootElement.GetProperty("shapes").EnumerateObject())
            {
                if (!shape.Value.TryGetProperty("pattern", out var pattern))
                    continue;
                Should.NotThrow(
                    () => new ShapeValidator("x").Pattern("m", "some text", pattern.GetString()!),
                    $"{contract}: {shape.Name}"
                );
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
