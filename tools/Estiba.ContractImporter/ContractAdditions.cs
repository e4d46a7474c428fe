using System.Text.Json.Nodes;

namespace Estiba.ContractImporter;

/// <summary>
/// Facts that the installed service descriptions do not have yet: one file per service in <c>contracts/additions</c>.
/// </summary>
/// <remarks>
/// A file has the form of a contract. An operation or shape that the description lacks is added whole; of one that it
/// has, members, what is not said of a member, values and errors are added, and all else is
/// replaced. What a newer description brings by itself changes nothing, so that a file may stay until it is taken away.
/// </remarks>
internal static class ContractAdditions
{
    /// <summary>Adds the facts to a description, or to a contract.</summary>
    internal static void Merge(JsonObject description, JsonObject additions)
    {
        foreach (var section in (string[])["operations", "shapes"])
        {
            var known = description[section]!.AsObject();
            foreach (var (name, facts) in additions[section]?.AsObject() ?? [])
            {
                if (known[name] is JsonObject entry)
                    Extend(entry, facts!.AsObject());
                else
                    known[name] = facts!.DeepClone();
            }
        }
    }

    // A member that is there keeps what is said of it: the names that it has in another protocol are added.
    private static void Add(JsonObject member, JsonObject facts)
    {
        foreach (var (name, fact) in facts)
            member.TryAdd(name, fact!.DeepClone());
    }

    private static void Extend(JsonObject entry, JsonObject facts)
    {
        foreach (var (name, fact) in facts)
        {
            switch (name)
            {
                case "members":
                    var members = entry["members"]?.AsObject() ?? (JsonObject)(entry["members"] = new JsonObject());
                    foreach (var (member, reference) in fact!.AsObject())
                    {
                        if (!members.TryAdd(member, reference!.DeepClone()))
                            Add(members[member]!.AsObject(), reference.AsObject());
                    }

                    break;
                case "enum" or "errors":
                    var values = entry[name]?.AsArray() ?? (JsonArray)(entry[name] = new JsonArray());
                    var present = values.Select(value => value!.ToJsonString()).ToHashSet(StringComparer.Ordinal);
                    foreach (var value in fact!.AsArray().Where(value => present.Add(value!.ToJsonString())))
                        values.Add(value!.DeepClone());
                    break;
                default:
                    entry[name] = fact!.DeepClone();
                    break;
            }
        }
    }
}
