namespace Estiba.Console.Hosting;

/// <summary>The directory that was made for the socket alone.</summary>
internal static class SocketDirectory
{
    /// <summary>Takes the socket away, and its directory when nothing else is in it.</summary>
    internal static void Leave(string socket)
    {
        try
        {
            File.Delete(socket);
            Directory.Delete(Path.GetDirectoryName(socket)!);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            // Something else is in it, or it is somebody else's.
        }
    }
}
