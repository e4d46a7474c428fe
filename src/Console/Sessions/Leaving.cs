using Microsoft.JSInterop;

namespace Estiba.Console.Sessions;

/// <summary>Leads a browser to the sign-in page when its session has ended.</summary>
internal static class Leaving
{
    private const string Address = "sign-in?why=ended";

    internal static async Task LeaveAsync(this IJSRuntime browser)
    {
        try
        {
            await browser.InvokeVoidAsync("location.assign", Address);
        }
        catch (Exception gone) when (gone is TaskCanceledException or JSException or JSDisconnectedException)
        {
            // It is on its way, and answers no more.
        }
    }
}
