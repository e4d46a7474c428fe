using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Estiba.ContractImporter;

// Usage: dotnet run --project tools/Estiba.ContractImporter [-- <folder of service descriptions>]
// Run it again when AWS adds a field: it rewrites contracts/*.json from the descriptions that come with the AWS command line.
var root = Repository.Root();
var descriptions = args.Length > 0 ? args[0] : DescriptionsOfTheCommandLine();
var selection = JsonNode.Parse(File.ReadAllText(Path.Combine(root, "tools", "Estiba.ContractImporter", "services.json")))!.AsObject();

foreach (var (service, choice) in selection)
{
    var description = ReadNewest(Path.Combine(descriptions, service));
    var contract = ContractImport.Import(service, description, choice!.AsObject());
    var target = Path.Combine(root, "contracts", service + ".json");
    File.WriteAllText(target, ContractText.Format(contract));
    Console.WriteLine($"{target}: {contract["operations"]!.AsObject().Count} operations, {contract["shapes"]!.AsObject().Count} shapes");
}

return 0;

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
    var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, UseShellExecute = false, ArgumentList = { "-c", "import botocore; print(botocore.__path__[0])" } };
    using var python = Process.Start(start) ?? throw new InvalidOperationException("python3 could not be started.");
    var path = python.StandardOutput.ReadToEnd().Trim();
    python.WaitForExit();
    return python.ExitCode == 0
        ? Path.Combine(path, "data")
        : throw new InvalidOperationException("The AWS command line for Python (pip or apt package awscli) is not installed; name the folder of its service descriptions instead.");
}
