using System.Net;
using Estiba.Console.Commands;
using Estiba.Console.Layout;
using Estiba.Console.Live;
using Estiba.Console.Pages;
using Estiba.Console.Sessions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Console;
using Radzen;

namespace Estiba.Console.Hosting;

/// <summary>Puts the console together as an application of ASP.NET.</summary>
internal static class ConsolePipeline
{
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(1);

    internal static WebApplication Build(ConsoleSettings settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions
            {
                ApplicationName = typeof(ConsolePipeline).Assembly.GetName().Name,
                ContentRootPath = AppContext.BaseDirectory,
                EnvironmentName = Environments.Production,
            }
        );
        Listen(builder.WebHost, settings);
        // Files of packages are in their packages until the program is published.
        builder.WebHost.UseStaticWebAssets();
        AddLog(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LongestGoodbye);
        AddParts(builder.Services, settings);
        AddAspNet(builder.Services);

        var application = builder.Build();
        application.Use(Strangers.RefuseAsync);
        application.UsePathBase(settings.BasePath);
        application.Use(PageHeaders.SetAsync);
        application.UseRouting();
        application.UseAuthentication();
        application.UseAuthorization();
        application.UseAntiforgery();
        application.MapStaticAssets();
        SignInEndpoints.Map(application);
        application
            .MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = "'none'")
            .RequireAuthorization();
        return application;
    }

    private static void Listen(IWebHostBuilder host, ConsoleSettings settings) =>
        host.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                if (settings.SocketPath is { } socket)
                {
                    // One that was killed leaves its socket behind.
                    File.Delete(socket);
                    kestrel.ListenUnixSocket(socket);
                    return;
                }

                var address = new Uri(settings.Listen);
                kestrel.Listen(IPAddress.Parse(address.Host.Trim('[', ']')), address.Port);
            });

    private static void AddLog(ILoggingBuilder log) =>
        log.SetMinimumLevel(LogLevel.Warning)
            .AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.ColorBehavior = LoggerColorBehavior.Disabled;
            })
            .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

    private static void AddParts(IServiceCollection services, ConsoleSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<OneTimeLinks>();
        services.AddSingleton(_ => EndpointConnections.Open(settings));
        services.AddSingleton<SessionList>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<Feeds>();
    }

    private static void AddAspNet(IServiceCollection services)
    {
        services.AddRoutingCore();
        // Cookies and what pages hand back are sealed with a key that ends with the process, as the sessions do.
        services.AddDataProtection();
        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        services.AddAuthentication(SessionCookie.Scheme).AddCookie(SessionCookie.Scheme);
        services.ConfigureOptions<SessionCookie>();
        services.AddAuthorization();
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "estiba-form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddRadzenComponents();
        services.AddScoped<Actions>();
        services.AddHttpContextAccessor();
        // It would write keys to disk at the start, which nothing here is sealed with.
        foreach (var keeper in services.Where(IsKeyKeeper).ToList())
            services.Remove(keeper);
    }

    private static bool IsKeyKeeper(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService)
        && service.ImplementationType?.Assembly == typeof(IDataProtectionBuilder).Assembly;
}
