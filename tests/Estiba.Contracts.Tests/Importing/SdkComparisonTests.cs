using System.Text.Json.Nodes;
using Estiba.ContractImporter;

namespace Estiba.Contracts.Tests.Importing;

/// <summary>What a contract lacks of a client package, where the package says how requests are in HTTP
/// messages.</summary>
public sealed class SdkComparisonTests
{
    private const string Contract = """
        {"metadata":{"protocol":"rest-xml","virtualHost":"Bucket"},
         "operations":{
          "GetThing":{"http":{"method":"GET","requestUri":"/{Bucket}/{Key+}"},"input":{"shape":"Get"},"errors":[]}},
         "shapes":{
          "String":{"type":"string"},
          "Get":{"type":"structure","members":{
           "Bucket":{"shape":"String","location":"uri","locationName":"Bucket"},
           "Key":{"shape":"String","location":"uri","locationName":"Key"},
           "Range":{"shape":"String","location":"header","locationName":"Range"}}}}}
        """;
    private const string Package = """
        {"enums":{},"xmlNamespace":"http://example.com/things/","operations":{
          "GetThing":{"http":{"method":"GET","path":"/{Key+}?x-id=GetThing","status":200},"input":"Get","errors":[]},
          "PutNote":{"http":{"method":"PUT","path":"/{Key+}?note","status":204},"input":"Put","errors":["TooLong"]}},
         "shapes":{
          "Get":{"required":[],"members":{
           "Bucket":{"type":"string","location":"uri","locationName":"Bucket"},
           "Key":{"type":"string","location":"uri","locationName":"Key"},
           "Range":{"type":"string","location":"header","locationName":"range"},
           "Hold":{"type":"timestamp","timestampFormat":"iso8601","location":"header","locationName":"x-amz-hold"},
           "ExpiresString":{"type":"string","location":"header","locationName":"ExpiresString"}}},
          "Put":{"required":["Bucket"],"payload":"Note","members":{
           "Bucket":{"type":"string","location":"uri","locationName":"Bucket"},
           "Name":{"type":"string","location":"querystring","locationName":"noteName"},
           "Note":{"type":"structure","shape":"Note","locationName":"Note","payload":true}}},
          "Note":{"required":[],"members":{
           "Tags":{"type":"list","member":{"type":"string"},"list":"Tags","locationName":"Tag","flattened":true}}},
          "TooLong":{"required":[],"members":{},"exception":true,"httpError":{"httpStatusCode":413}}}}
        """;
    private const string Choice = """{"clientMembers":["ExpiresString"]}""";

    [Fact]
    public void What_is_missing_is_added_with_its_place_in_a_message()
    {
        var comparison = SdkComparison.Of(Parsed(Contract), Parsed(Package), Parsed(Choice));

        comparison.Findings.ShouldBe(["Get.Hold is missing", "PutNote is missing"]);
        var added = comparison.Additions;
        JsonNode
            .DeepEquals(
                added["operations"],
                JsonNode.Parse(
                    """
                    {"PutNote":{
                     "http":{"method":"PUT","requestUri":"/{Bucket}/{Key+}?note","responseCode":204},
                     "input":{"shape":"Put"},"errors":["TooLong"]}}
                    """
                )
            )
            .ShouldBeTrue(added["operations"]!.ToJsonString());
        JsonNode
            .DeepEquals(
                added["shapes"],
                JsonNode.Parse(
                    """
                    {"Get":{"members":{"Hold":{"shape":"Timestamp","location":"header","locationName":"x-amz-hold",
                      "timestampFormat":"iso8601"}}},
                     "Timestamp":{"type":"timestamp"},
                     "Put":{"type":"structure","required":["Bucket"],"payload":"Note","members":{
                      "Bucket":{"shape":"String","location":"uri","locationName":"Bucket"},
                      "Name":{"shape":"String","location":"querystring","locationName":"noteName"},
                      "Note":{"shape":"Note","locationName":"Note","xmlNamespace":{"uri":"http://example.com/things/"}}}},
                     "Note":{"type":"structure","members":{
                      "Tags":{"shape":"Tags","locationName":"Tag","flattened":true}}},
                     "Tags":{"type":"list","member":{"shape":"String"}},
                     "TooLong":{"type":"structure","members":{},"exception":true,"error":{"httpStatusCode":413}}}
                    """
                )
            )
            .ShouldBeTrue(added["shapes"]!.ToJsonString());
    }

    [Fact]
    public void What_is_elsewhere_in_a_message_is_said()
    {
        var package = Parsed(Package.Replace("?x-id=GetThing", "?thing", StringComparison.Ordinal));
        var range = package["shapes"]!["Get"]!["members"]!["Range"]!;
        range["location"] = "querystring";

        var comparison = SdkComparison.Of(Parsed(Contract), package, Parsed(Choice));

        comparison.Findings.ShouldContain("GetThing is GET /{Bucket}/{Key+}, not GET /{Bucket}/{Key+}?thing");
        comparison.Findings.ShouldContain("Get.Range is header Range, not querystring range");
    }

    [Fact]
    public void What_was_added_is_in_the_contracts()
    {
        var folder = Path.Combine(Repository.Root, "contracts");
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "additions"), "*.json"))
        {
            var contract = Parsed(File.ReadAllText(Path.Combine(folder, Path.GetFileName(file))));
            foreach (var section in (string[])["operations", "shapes"])
            foreach (var (name, facts) in Parsed(File.ReadAllText(file))[section]!.AsObject())
            {
                var known = contract[section]![name].ShouldNotBeNull($"{Path.GetFileName(file)}: {name}").AsObject();
                foreach (var (member, _) in facts!["members"]?.AsObject() ?? [])
                    known["members"]!.AsObject().ContainsKey(member).ShouldBeTrue($"{name}.{member}");
            }
        }
    }

    private static JsonObject Parsed(string text) => JsonNode.Parse(text)!.AsObject();
}
