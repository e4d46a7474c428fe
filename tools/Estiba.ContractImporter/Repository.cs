namespace Estiba.ContractImporter;

/// <summary>Finds the repository that the tool is run in.</summary>
internal static class Repository
{
    internal static string Root()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Estiba.slnx")))
                return folder.FullName;

        throw new InvalidOperationException("Run this inside the Estiba repository.");
    }
}
