using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Estiba.Machines;

/// <summary>
/// A hook that is a program: it reads the document from its standard input, and agrees by exiting with 0. It is started
/// without a shell and without arguments; what it writes to its standard error stands in errors.
/// </summary>
internal sealed class ProgramHook(string path, TimeProvider time) : InstanceHook
{
    // What the program has started may hold its outputs open.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    protected override async Task<HookFailure?> TryAsync(
        InstanceHookCall call,
        byte[] document,
        CancellationToken cancellation
    )
    {
        using var timeout = new CancellationTokenSource(LongestCall, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        using var program = new Process { StartInfo = Start() };
        try
        {
            program.Start();
        }
        catch (Win32Exception impossible)
        {
            return new HookFailure("The instance hook cannot be started", impossible.Message);
        }

        using var reading = new CancellationTokenSource();
        var said = ReadAsync(program.StandardError.BaseStream, reading.Token);
        var passed = ReadAsync(program.StandardOutput.BaseStream, reading.Token);
        try
        {
            await WriteAsync(program, document, either.Token);
            await program.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            program.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            return new HookFailure($"The instance hook was ended after {LongestCall.TotalMinutes} minutes");
        }
        finally
        {
            reading.CancelAfter(LastWords);
            await Task.WhenAll(said, passed);
        }

        return program.ExitCode == 0
            ? null
            : new HookFailure($"The instance hook exited with {program.ExitCode}", await said);
    }

    private ProcessStartInfo Start() =>
        new(path)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(path),
        };

    private static async Task WriteAsync(Process program, byte[] document, CancellationToken cancellation)
    {
        try
        {
            await program.StandardInput.BaseStream.WriteAsync(document, cancellation);
            program.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has not read everything: its exit says whether that is a failure.
        }
    }

    /// <summary>The beginning of what it writes; the rest is read, so that it does not wait, and dropped.</summary>
    private static async Task<string> ReadAsync(Stream output, CancellationToken cancellation)
    {
        var (kept, buffer) = (new MemoryStream(), new byte[MostRead]);
        try
        {
            while (await output.ReadAsync(buffer, cancellation) is > 0 and var count)
                await kept.WriteAsync(buffer.AsMemory(0, Math.Min(count, MostRead - (int)kept.Length)), cancellation);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            // Whoever still writes is not listened to any more.
        }

        return Encoding.UTF8.GetString(kept.ToArray());
    }
}
