namespace Estiba.Compute.Networking;

/// <summary>Runs scripts of sh in the host's network, with the right to change it.</summary>
internal interface IHostShell
{
    /// <summary>Runs a script to its end.</summary>
    /// <returns>What it said to its standard error, for a message; empty when all went well.</returns>
    /// <exception cref="NetworkException">It cannot be run, or takes too long.</exception>
    Task<string> RunAsync(string script, CancellationToken cancellation);

    /// <summary>How often a script may be run that usually finds nothing to do.</summary>
    TimeSpan CheckInterval { get; }

    /// <summary>
    /// What a script said to its standard error; what fails without a word, as what is killed does, is told by its exit
    /// code.
    /// </summary>
    static string Complaint(int exitCode, string error) =>
        exitCode == 0 ? ""
        : error.Trim() is { Length: > 0 } said ? said
        : $"the exit code was {exitCode}";

    /// <summary>The one that is asked for, or that this process needs.</summary>
    /// <param name="editing">What is asked for.</param>
    /// <param name="docker">The engine of a helper container.</param>
    /// <param name="name">What the helper is for.</param>
    /// <param name="timeout">How long a script may take in this process's own right.</param>
    /// <param name="time">The clock.</param>
    static IHostShell Choose(
        AddressEditing editing,
        DockerSocket docker,
        string name,
        TimeSpan timeout,
        TimeProvider time
    ) =>
        editing switch
        {
            AddressEditing.HelperContainer => new HelperContainer(docker, name),
            AddressEditing.Automatic when !HostShell.Permitted() => new HelperContainer(docker, name),
            _ => new HostShell(timeout, time),
        };
}
