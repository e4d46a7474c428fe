using System.Text.Json.Serialization;

namespace Estiba.Instances;

[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class AgentJson : JsonSerializerContext;
