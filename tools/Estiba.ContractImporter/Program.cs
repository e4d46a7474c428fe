using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Estiba.ContractImporter;

// Usage: dotnet run --project tools/Estiba.ContractImporter [-- FOLDER-OF-SERVICE-DESCRIPTIONS]
//   rewrites contracts/*.json from the descriptions that come with the AWS command line, and from contracts/additions.
//   Run it when AWS adds a field.
// Usage: dotnet run --project tools/Estiba.ContractImporter -- compare [--write] [SERVICE...]
//   says what the contracts lack of the newest AWS SDK for JavaScript (which needs npm and node) and then ends with 1;
//   with --write it adds that to contracts/additions.
var root = Repository.Root();
var selection = JsonNode
    .Parse(File.ReadAllText(Path.Combine(root, "tools", "Estiba.ContractImporter", "services.json")))!
    .AsObject();
if (args is ["compare", .. var rest])
{
    var services = rest.Where(argument => argument != "--write").ToArray();
    return await CompareAsync(
        services.Length > 0 ? services : [.. selection.Select(service => service.Key)],
        rest.Contains("--write")
    );
}

var descriptions = args.Length > 0 ? args[0] : DescriptionsOfTheCommandLine();
foreach (var (service, choice) in selection)
{
    var description = ReadNewest(Path.Combine(descriptions, service));
    if (ReadAdditions(service) is { } additions)
        ContractAdditions.Merge(description, additions);
    var contract = ContractImport.Import(service, description, choice!.AsObject());
    var target = Path.Combine(root, "contracts", service + ".json");
    File.WriteAllText(target, ContractText.Format(contract));
    Console.WriteLine(
        $"{target}: {contract["operations"]!.AsObject().Count} operations, "
            + $"{contract["shapes"]!.AsObject().Count} shapes"
    );
}

return 0;

async Task<int> CompareAsync(string[] services, bool write)
{
    var isComplete = true;
    foreach (var service in services)
    {
        var choice = selection[service]!.AsObject();
        var contract = JsonNode
            .Parse(await File.ReadAllTextAsync(Path.Combine(root, "contracts", service + ".json")))!
            .AsObject();
        var package = await SdkPackage.ReadAsync(
            root,
            "@aws-sdk/client-" + (choice["package"]?.GetValue<string>() ?? service)
        );
        var comparison = SdkComparison.Of(contract, package, choice);
        foreach (var finding in comparison.Findings)
            Console.WriteLine($"{service}: {finding}");
        if (comparison.Findings.Count == 0)
            Console.WriteLine($"{service}: nothing is missing");
        if (comparison.Findings.Count == 0)
            continue;
        isComplete = false;
        if (!write)
            continue;
        var additions = ReadAdditions(service)
            ?? new JsonObject { ["operations"] = new JsonObject(), ["shapes"] = new JsonObject() };
        ContractAdditions.Merge(additions, comparison.Additions);
        await File.WriteAllTextAsync(AdditionsOf(service), ContractText.FormatAdditions(additions));
    }

    return isComplete || write ? 0 : 1;
}

JsonObject? ReadAdditions(string service) =>
    File.Exists(AdditionsOf(service)) ? JsonNode.Parse(File.ReadAllText(AdditionsOf(service)))!.AsObject() : null;

string AdditionsOf(string service) => Path.Combine(root, "contracts", "additions", service + ".json");

static JsonObject ReadNewest(string folder)
{
    var newest = Directory.GetDirectories(folder).Order(StringComparer.Ordinal).Last();
    var plain = Path.Combine(newest, "service-2.json");
    using Stream stream = File.Exists(plain)
        ? File.OpenRead(plain)
        : new GZipStream(File.OpenRead(plain + ".gz"), CompressionMode.Decompress);
    return JsonNode.Parse(stream)!.AsObject();
}

static string DescriptionsOfTheCommandLine()
{
    var start = new ProcessStartInfo("python3")
    {
        RedirectStandardOutput = true,
        UseShellExecute = false,
        ArgumentList = { "-c", "import botocore; print(botocore.__path__[0])" },
    };
    using var python = Process.Start(start) ?? throw new InvalidOperationException("python3 could not be started.");
    var path = python.StandardOutput.ReadToEnd().Trim();
    python.WaitForExit();
    return python.ExitCode == 0
        ? Path.Combine(path, "data")
        : throw new InvalidOperationException(
            "The AWS command line for Python (pip or apt package awscli) is not installed; name the folder of its "
                + "service descriptions instead."
        );
}
