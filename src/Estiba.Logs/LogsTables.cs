using System.Globalization;
using System.Text.Json.Serialization;
using Estiba.Logs.Groups;
using Estiba.Logs.Streams;
using Estiba.State;

namespace Estiba.Logs;

/// <summary>The tables of log groups and log streams. Events are not in them: they are files (<see cref="Storage.EventStore"/>).</summary>
internal static class LogsTables
{
    internal static readonly Index<LogGroupRecord> GroupById = new("id", group => Key(group.Id));

    internal static readonly Index<LogStreamRecord> StreamById = new("id", stream => Key(stream.Id));

    /// <summary>By account, region and name.</summary>
    internal static readonly Table<LogGroupRecord> Groups =
        new("logs.groups", group => $"{group.AccountId}/{group.Region}/{group.Name}", LogsJson.Default.LogGroupRecord, GroupById);

    /// <summary>By the group's id and the stream's name, so that a group and its millions of streams need not go in one transaction.</summary>
    internal static readonly Table<LogStreamRecord> Streams =
        new("logs.streams", stream => StreamPrefix(stream.GroupId) + stream.Name, LogsJson.Default.LogStreamRecord, StreamById);

    internal static string GroupPrefix(string accountId, string region) => $"{accountId}/{region}/";

    internal static string StreamPrefix(long group) => Key(group) + "/";

    internal static string Key(long id) => id.ToString("x16", CultureInfo.InvariantCulture);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(LogGroupRecord))]
[JsonSerializable(typeof(LogStreamRecord))]
internal sealed partial class LogsJson : JsonSerializerContext;
