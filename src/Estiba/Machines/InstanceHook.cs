using System.Text.Json;
using Estiba.Hosting;

namespace Estiba.Machines;

/// <summary>
/// The operator's hook, which makes and takes away machines. It is asked again after a failure, a timeout or a restart
/// of the platform, and does for one instance what it is asked to once.
/// </summary>
internal abstract class InstanceHook : IDisposable
{
    /// <summary>As much is read of what it says.</summary>
    private protected const int MostRead = 4096;

    /// <summary>As much of that stands in errors.</summary>
    private const int LongestWords = 160;

    /// <summary>How long one call may take.</summary>
    internal static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(5);

    /// <summary>The hook that an operator has named.</summary>
    internal static InstanceHook Of(InstanceHookOptions options, TimeProvider time) =>
        options.Program is { } program ? new ProgramHook(program, time) : new AddressHook(options, time);

    /// <summary>Asks for a machine, or for its end; returns when the hook has agreed.</summary>
    /// <exception cref="InstanceHookException">It has not; its words, without the token.</exception>
    internal async Task CallAsync(InstanceHookCall call, CancellationToken cancellation)
    {
        var failure = await TryAsync(
            call,
            JsonSerializer.SerializeToUtf8Bytes(call, MachinesJson.Default.InstanceHookCall),
            cancellation
        );
        if (failure is null)
            return;
        var words = call.Join is { } join ? failure.Words.Replace(join.Token, "...") : failure.Words;
        var said = Excerpt.Of(words, LongestWords);
        throw new InstanceHookException(said.Length == 0 ? $"{failure.What}." : $"{failure.What}: {said}");
    }

    /// <inheritdoc/>
    public virtual void Dispose() { }

    /// <summary>Asks; null when it has agreed.</summary>
    protected abstract Task<HookFailure?> TryAsync(
        InstanceHookCall call,
        byte[] document,
        CancellationToken cancellation
    );
}

/// <summary>What went wrong with a call.</summary>
/// <param name="What">In Estiba's words, without a full stop.</param>
/// <param name="Words">In the hook's; empty where it said nothing.</param>
internal sealed record HookFailure(string What, string Words = "");

/// <summary>The hook has not done what it was asked to; the message says what it said.</summary>
internal sealed class InstanceHookException(string message) : Exception(message);
