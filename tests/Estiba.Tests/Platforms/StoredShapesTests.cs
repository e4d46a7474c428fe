using System.Text;
using System.Text.Json.Nodes;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Platforms;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Testing;

namespace Estiba.Tests.Platforms;

/// <summary>
/// Records hold structures of AWS's contracts, and AWS gives a member another type now and then. Each such member of
/// the rows that a platform has written is retyped here.
/// </summary>
public sealed class StoredShapesTests
{
    private const string Region = "eu-west-1";

    /// <summary>A record without these has no key, its own or one in an index, so it counts as damaged.</summary>
    private static readonly string[] Deciding =
    [
        "ecs.container-instances: attributes.name",
        "ecs.task-definitions: definition.family",
        "ecs.task-definitions: definition.revision",
        "identity.groups: group.GroupName",
        "identity.roles: role.RoleName",
        "identity.users: user.UserName",
    ];

    [Fact]
    public async Task A_member_that_AWS_has_retyped_costs_itself_alone()
    {
        var rows = await RowsAsync();
        var (tried, lost) = (
            new SortedSet<string>(StringComparer.Ordinal),
            new SortedSet<string>(StringComparer.Ordinal)
        );
        foreach (var row in rows)
        {
            var table = Modules.Tables.Single(table => table.Name == row.Table);
            foreach (var (path, text) in Retyped(row, table.GetType().GenericTypeArguments[0]))
            {
                tried.Add($"{row.Table}: {path}");
                var log = new FakeLogger();
                try
                {
                    using var journal = new OneRow(row with { Value = text });
                    await using var store = await Store.OpenAsync(journal, Modules.Tables, log);
                    log.Collector.GetSnapshot().ShouldHaveSingleItem().Message.ShouldContain(path.Split('.')[^1]);
                }
                catch (JournalException)
                {
                    lost.Add($"{row.Table}: {path}");
                }
            }
        }

        tried.Count.ShouldBeGreaterThan(50);
        lost.ShouldBe(Deciding);
    }

    [Fact]
    public async Task A_platform_starts_with_a_state_full_of_retyped_members()
    {
        using var world = await WorldAsync();
        await using (var connection = await OpenStateAsync(world))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = """
                UPDATE rows
                SET value = CAST(replace(CAST(value AS TEXT), '"essential":true', '"essential":["yes"]') AS BLOB)
                WHERE table_id = (SELECT id FROM tables WHERE name = 'ecs.task-definitions')
                """;
            (await command.ExecuteNonQueryAsync()).ShouldBeGreaterThan(0);
        }

        await using (await world.StartAsync())
        {
            await world.CallAsync(root: null, async (platform, http) =>
            {
                var ecs = new EcsClient(platform.ClientOptions(Region, http));
                var described = await ecs.DescribeTaskDefinitionAsync(
                    new DescribeTaskDefinitionRequest { TaskDefinition = "kept" },
                    platform.CallContext(Region)
                );
                var container = described.TaskDefinition!.ContainerDefinitions!.Single();
                container.Image.ShouldBe("nginx");
                container.Essential.ShouldBeNull();
            });
        }

        world.Log.ToString().ShouldContain("whose type is another than it was");
    }

    private static async Task<List<JournalRow>> RowsAsync()
    {
        using var world = await WorldAsync();
        await using var connection = await OpenStateAsync(world);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, rows.id, key, value FROM rows JOIN tables ON tables.id = table_id";
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<JournalRow>();
        while (await reader.ReadAsync())
            rows.Add(
                new JournalRow(reader.GetString(0), reader.GetInt64(1), reader.GetString(2), (byte[])reader.GetValue(3))
            );
        return rows;
    }

    private static async Task<SqliteConnection> OpenStateAsync(DataWorld world)
    {
        var connection = new SqliteConnection($"Data Source={world.File("state.db")};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>
    /// A directory with a task definition, a service, a user and a role beside what the first version left.
    /// </summary>
    private static async Task<DataWorld> WorldAsync()
    {
        var world = DataWorld.OfTheFirstVersion();
        await using (await world.StartAsync())
        {
            await world.CallAsync(root: null, async (platform, http) =>
            {
                var caller = platform.CallContext(Region);
                var ecs = new EcsClient(platform.ClientOptions(Region, http));
                await ecs.RegisterTaskDefinitionAsync(
                    new RegisterTaskDefinitionRequest
                    {
                        Family = "kept",
                        ContainerDefinitions =
                        [
                            new ContainerDefinition
                            {
                                Name = "web",
                                Image = "nginx",
                                Memory = 64,
                                Essential = true,
                                Environment = [new EcsKeyValuePair { Name = "A", Value = "b" }],
                                PortMappings = [new PortMapping { ContainerPort = 80, HostPort = 0 }],
                                HealthCheck = new HealthCheck { Command = ["CMD", "true"] },
                            },
                        ],
                    },
                    caller
                );
                await ecs.CreateServiceAsync(
                    new CreateServiceRequest
                    {
                        ServiceName = "kept",
                        TaskDefinition = "kept",
                        DesiredCount = 0,
                        PlacementStrategy = [new PlacementStrategy { Type = "spread", Field = "instanceId" }],
                    },
                    caller
                );
                var iam = new IamClient(platform.ClientOptions(Region, http));
                await iam.CreateUserAsync(
                    new CreateUserRequest
                    {
                        UserName = "kept",
                        Tags = [new Contracts.Iam.Tag { Key = "a", Value = "b" }],
                    },
                    caller
                );
                await iam.CreateGroupAsync(new CreateGroupRequest { GroupName = "kept" }, caller);
                await iam.CreateRoleAsync(
                    new CreateRoleRequest
                    {
                        RoleName = "kept",
                        AssumeRolePolicyDocument = """
                        {
                          "Version": "2012-10-17",
                          "Statement": {
                            "Effect": "Allow",
                            "Principal": { "Service": "ecs-tasks.amazonaws.com" },
                            "Action": "sts:AssumeRole"
                          }
                        }
                        """,
                    },
                    caller
                );
            });
        }

        return world;
    }

    /// <summary>The text of a record with one member of a contract's structure after another of another type.</summary>
    private static IEnumerable<(string Path, byte[] Text)> Retyped(JournalRow row, Type record)
    {
        var text = Encoding.UTF8.GetString(row.Value.Span);
        foreach (var path in Members(JsonNode.Parse(text)!, record, []))
        {
            var changed = JsonNode.Parse(text)!;
            var parent = path.SkipLast(1).Aggregate(changed, Step);
            var last = (string)path[^1];
            parent[last] = parent[last] is JsonObject or JsonArray ? 7 : new JsonObject { ["retyped"] = true };
            yield return (string.Join('.', path.OfType<string>()), Encoding.UTF8.GetBytes(changed.ToJsonString()));
        }

        static JsonNode Step(JsonNode node, object step) => step is int index ? node[index]! : node[(string)step]!;
    }

    private static IEnumerable<object[]> Members(JsonNode node, Type type, object[] path)
    {
        if (node is JsonArray list)
            return list.SelectMany((item, index) => Inner(item, Element(type), [.. path, index]));
        if (node is not JsonObject members)
            return [];
        if (typeof(IShape).IsAssignableFrom(type))
            return members.SelectMany(member =>
                AllMembers(member.Value, [.. path, member.Key]).Prepend([.. path, member.Key])
            );
        return members.SelectMany(member =>
        {
            var property = type.GetProperties()
                .FirstOrDefault(property => property.Name.Equals(member.Key, StringComparison.OrdinalIgnoreCase));
            return Inner(member.Value, property?.PropertyType ?? Element(type), [.. path, member.Key]);
        });

        static IEnumerable<object[]> Inner(JsonNode? node, Type type, object[] path) =>
            node is null ? [] : Members(node, Nullable.GetUnderlyingType(type) ?? type, path);
    }

    private static IEnumerable<object[]> AllMembers(JsonNode? node, object[] path) =>
        node switch
        {
            JsonObject members => members.SelectMany(member =>
                AllMembers(member.Value, [.. path, member.Key]).Prepend([.. path, member.Key])
            ),
            JsonArray list => list.SelectMany((item, index) => AllMembers(item, [.. path, index])),
            _ => [],
        };

    private static Type Element(Type type) => type.IsGenericType ? type.GenericTypeArguments[^1] : typeof(object);

    private sealed class OneRow(JournalRow row) : IJournal
    {
        public bool IsImmediate => true;

        public (long Revision, long LastRowId) Load(Action<JournalRow> found)
        {
            found(row);
            return (1, row.Id);
        }

        public void Write(JournalBatch batch) { }

        public void Dispose() { }
    }
}
