using System.Security.Cryptography;
using System.Text;
using Estiba.Files;

namespace Estiba.Instances;

/// <summary>
/// What a real host is called in a cluster: <c>mi-</c> and 17 digits, as Systems Manager calls hosts that are no EC2
/// instances.
/// </summary>
internal static class HostName
{
    private const string MachineId = "/etc/machine-id";

    /// <summary>
    /// Follows from the machine's own id where it has one, and is remembered in the agent's directory in any case.
    /// </summary>
    internal static async Task<string> OfAsync(string directory, CancellationToken cancellation)
    {
        var file = Path.Combine(directory, "instance-id");
        if (File.Exists(file))
            return (await File.ReadAllTextAsync(file, cancellation)).Trim();

        var machine = File.Exists(MachineId)
            ? await File.ReadAllTextAsync(MachineId, cancellation)
            : Guid.NewGuid().ToString();
        var digits = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(machine.Trim() + directory)));
        var id = $"mi-{digits[..17]}";
        DurableFile.Write(file, Encoding.UTF8.GetBytes(id));
        return id;
    }
}
