using System.Diagnostics;
using System.Text.RegularExpressions;
using Backprop.Autograd;
using Backprop.Graphs;
using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Graphs;

/// <summary>The interactive page, as its reader uses it: in a browser.</summary>
public sealed class PageTests(Browser browser) : IClassFixture<Browser>
{
    const string Caption = "document.getElementById('caption').textContent";
    const string Seen = "[...document.querySelectorAll('#stage text')].filter(t => getComputedStyle(t).visibility === 'visible').map(t => t.textContent)";

    async Task<BrowserPage> Open(Graph graph, int width = 1280, int height = 800, DrawingOptions? options = null)
    {
        Browser.Require();
        return await browser.Open(graph.ToHtml(options), width, height);
    }

    [Fact]
    public async Task What_has_no_name_is_called_by_how_it_comes_about()
    {
        await using var page = await Open(SampleGraphs.Orange());
        await page.Press("Home", "ArrowRight", "ArrowRight", "ArrowRight");
        Assert.Equal("→ (apple × apples) + (orange × oranges) = 200 + 450 = 650", await page.Ask<string>(Caption));
        await page.Press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight");
        Assert.Equal("← ∂price/∂(apple × apples) = 1.1 · 1 = 1.1;  ∂price/∂(orange × oranges) = 1.1 · 1 = 1.1", await page.Ask<string>(Caption));
        Assert.Empty(page.Complaints);
    }

    [Theory]
    [InlineData(GraphTheme.Light)]
    [InlineData(GraphTheme.Dark)]
    public async Task What_is_chosen_and_what_is_computed_now_stands_out_in_every_theme(GraphTheme theme)
    {
        await using var page = await Open(SampleGraphs.Apple(), options: new() { Theme = theme });
        const string Stroke = "getComputedStyle(document.querySelector('.operation .outline')).stroke";
        var usual = await page.Ask<string>(Stroke);
        await page.Press("Home", "ArrowRight");
        Assert.NotEqual(usual, await page.Ask<string>(Stroke));
        await page.Press("End");
        Assert.Equal(usual, await page.Ask<string>(Stroke));
        await page.Ask<object?>("document.querySelector('.operation').dispatchEvent(new MouseEvent('click', { bubbles: true }))");
        Assert.NotEqual(usual, await page.Ask<string>(Stroke));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task A_drawing_too_large_to_be_read_begins_with_its_first_box_in_sight()
    {
        await using var page = await Open(SampleGraphs.Deep(30), 390, 800);
        Assert.True(await page.Ask<bool>("""
            (() => {
              const box = document.querySelector('.leaf').getBoundingClientRect(), room = document.getElementById('stage').getBoundingClientRect();
              return box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom && box.height > 15;
            })()
            """));
    }

    static Graph Transformer(int layers, bool recorded = true)
    {
        var generator = new Generator(5);
        var model = new TransformerEncoder([.. Enumerable.Range(0, layers).Select(_ => new TransformerEncoderLayer(8, 2, generator, hidden: 16, dropout: 0))]);
        var x = Tensor.RandomNormal([2, 3, 8], generator);
        using var recording = recorded ? Graph.Record() : default;
        return Graph.Of((model.Forward(x) * 0.5).Mean(), model, x);
    }

    [Fact]
    public async Task Numbers_appear_one_operation_after_the_other_and_then_the_derivatives()
    {
        await using var page = await Open(SampleGraphs.Apple());
        // At first everything is there.
        Assert.Contains("220", await page.Ask<string[]>(Seen));
        await page.Press("Home");
        var start = await page.Ask<string[]>(Seen);
        Assert.DoesNotContain("200", start);
        Assert.DoesNotContain("220", start);
        Assert.DoesNotContain("2.2", start);
        Assert.Contains("100", start);
        string[] captions =
        [
            "→ applePrice = apple × count = 100 × 2 = 200",
            "→ applePrice × tax = 200 × 1.1 = 220",
            "← ∂price/∂price = 1",
            "← ∂price/∂applePrice = 1 · 1.1 = 1.1;  ∂price/∂tax = 1 · 200 = 200",
            "← ∂price/∂apple = 1.1 · 2 = 2.2;  ∂price/∂count = 1.1 · 100 = 110",
        ];
        string[] numbers = ["200", "220", "1", "1.1", "2.2"];
        for (var i = 0; i < captions.Length; i++)
        {
            await page.Press("ArrowRight");
            Assert.Equal(captions[i], await page.Ask<string>(Caption));
            Assert.Contains(numbers[i], await page.Ask<string[]>(Seen));
            if (i == 0) Assert.DoesNotContain("220", await page.Ask<string[]>(Seen));
            if (i == 3) Assert.DoesNotContain("110", await page.Ask<string[]>(Seen));
        }
        Assert.Equal("5 / 5", await page.Ask<string>("document.getElementById('count').textContent"));
        await page.Press("ArrowLeft");
        Assert.Equal(captions[3], await page.Ask<string>(Caption));
        Assert.DoesNotContain("2.2", await page.Ask<string[]>(Seen));
        await page.Press("End");
        Assert.Contains("2.2", await page.Ask<string[]>(Seen));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task It_plays_and_pauses()
    {
        await using var page = await Open(SampleGraphs.Orange());
        await page.Ask<object?>("{ const speed = document.getElementById('speed'); speed.append(new Option('', '1')); speed.value = '1'; }");
        await page.Press(" ");
        Assert.Equal("Pause", await page.Ask<string>("document.getElementById('play').ariaLabel"));
        Assert.True(await page.Ask<bool>("""
            new Promise(done => setInterval(() => { if (document.getElementById('play').ariaLabel === 'Play') done(document.getElementById('step').value === document.getElementById('step').max); }, 10))
            """));
        await page.Ask<object?>("document.getElementById('speed').value = '2400'");
        await page.Click("#play");
        Assert.Equal("0", await page.Ask<string>("document.getElementById('step').value"));
        await page.Press(" ");
        Assert.Equal("Play", await page.Ask<string>("document.getElementById('play').ariaLabel"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Groups_fold_and_open()
    {
        await using var page = await Open(SampleGraphs.Mlp());
        const string Frames = "[...document.querySelectorAll('#stage [data-group]')].map(g => g.dataset.group)";
        Assert.Equal(["fc1", "act", "fc2"], await page.Ask<string[]>(Frames));
        await page.Press("c");
        Assert.Empty(await page.Ask<string[]>(Frames));
        Assert.Contains("fc1", await page.Ask<string[]>(Seen));
        await page.Press("Home", "ArrowRight");
        Assert.StartsWith("→ Dense", await page.Ask<string>(Caption));
        await page.Click("#stage .folder", 2);
        Assert.Single(await page.Ask<string[]>(Frames));
        // As far as it was before: all within the group is done, nothing behind it.
        Assert.Contains("+", await page.Ask<string>(Caption));
        await page.Press("e");
        Assert.Equal(["fc1", "act", "fc2"], await page.Ask<string[]>(Frames));
        await page.Ask<object?>("document.querySelector('[data-group=fc2]').focus()");
        await page.Press("f");
        Assert.Equal(["fc1", "act"], await page.Ask<string[]>(Frames));
        await page.Press("f");
        Assert.Equal(["fc1", "act", "fc2"], await page.Ask<string[]>(Frames));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task A_transformer_is_seen_at_a_glance_and_each_part_opens()
    {
        var graph = Transformer(6);
        await using var page = await Open(graph);
        Assert.True(await page.Ask<int>("document.querySelectorAll('#stage [data-node]').length") <= 24);
        Assert.True(await page.Ask<int>("document.querySelectorAll('#stage .folder').length") >= 6);
        await page.Ask<object?>("document.querySelectorAll('#stage .folder')[2].focus()");
        await page.Press("f");
        Assert.Equal("layers.2", await page.Ask<string>("document.querySelector('#stage [data-group]').dataset.group"));
        await page.Press("f");
        Assert.Equal(0, await page.Ask<int>("document.querySelectorAll('#stage [data-group]').length"));
        await page.Press("e");
        Assert.True(await page.Ask<int>("document.querySelectorAll('#stage [data-group]').length") >= 6);
        await page.Press("Home", "ArrowRight", "ArrowRight", "End", "c");
        Assert.Equal(0, await page.Ask<int>("document.querySelectorAll('#stage [data-group]').length"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task What_is_chosen_shows_formula_numbers_and_source()
    {
        Tensor x = 0.5;
        Tape.Watch(x);
        Graph graph;
        using (Tape.KeepSources()) graph = Graph.Of(x.Sigmoid(), x);
        await using var page = await Open(graph);
        await page.Click("#stage .operation");
        Assert.True(await page.Ask<bool>("document.querySelector('#panel math mfrac') !== null"));
        var text = await page.Ask<string>("document.getElementById('panel').innerText");
        Assert.Contains("0.62246", text);
        Assert.Contains("PageTests.cs:", text);
        Assert.DoesNotContain("/PageTests.cs", text);
        Assert.Contains("∂/∂x = 0.235", text);
        await page.Press("Escape");
        Assert.True(await page.Ask<bool>("document.getElementById('panel').hidden"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Keys_wheel_and_dragging_move_the_drawing()
    {
        await using var page = await Open(SampleGraphs.Apple());
        async Task<double[]> Box() => [.. (await page.Ask<string>("document.querySelector('#stage svg').getAttribute('viewBox')")).Split(' ').Select(part => double.Parse(part, System.Globalization.CultureInfo.InvariantCulture))];
        var first = await Box();
        await page.Press("+");
        var larger = await Box();
        Assert.Equal(first[2] / 1.25, larger[2], 1e-6);
        await page.Press("-", "-");
        Assert.Equal(first[2] * 1.25, (await Box())[2], 1e-6);
        await page.Press("0");
        var at = await page.Place("#stage");
        var before = await Box();
        await page.Mouse("mouseWheel", at[0], at[1], wheel: -200);
        for (var i = 0; i < 100 && (await Box())[2] >= before[2]; i++) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.True((await Box())[2] < before[2]);
        before = await Box();
        var empty = await page.Ask<double[]>("(() => { const b = document.getElementById('stage').getBoundingClientRect(); return [b.left + 20, b.top + 20]; })()");
        await page.Mouse("mousePressed", empty[0], empty[1]);
        await page.Mouse("mouseMoved", empty[0] + 50, empty[1] + 30);
        await page.Mouse("mouseReleased", empty[0] + 50, empty[1] + 30);
        var after = await Box();
        Assert.Equal(before[2], after[2], 1e-6);
        Assert.True(after[0] < before[0] - 5 && after[1] < before[1] - 5);
        await page.Press("?");
        Assert.True(await page.Ask<bool>("document.getElementById('keys').open"));
        await page.Press("?", "t");
        Assert.False(await page.Ask<bool>("document.getElementById('keys').open"));
        Assert.Equal("dark", await page.Ask<string>("document.documentElement.dataset.theme"));
        Assert.Equal("rgb(13, 17, 23)", await page.Ask<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal("rgb(230, 237, 243)", await page.Ask<string>("getComputedStyle(document.querySelector('#stage text.title')).fill"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task A_hint_tells_what_is_under_the_mouse_but_not_what_is_not_computed_yet()
    {
        await using var page = await Open(SampleGraphs.Apple());
        var at = await page.Place("#stage .operation .outline");
        const string Hint = "document.getElementById('hint').hidden ? '' : document.getElementById('hint').textContent";
        await page.Mouse("mouseMoved", at[0], at[1]);
        Assert.Contains("= 200", await page.Ask<string>(Hint));
        await page.Press("Home");
        await page.Mouse("mouseMoved", at[0] + 2, at[1]);
        Assert.Contains("not computed yet", await page.Ask<string>(Hint));
        Assert.DoesNotContain("200", await page.Ask<string>(Hint));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Names_are_text_alone()
    {
        Tensor sum = 0.0;
        var named = new List<Tensor>();
        foreach (var row in DrawingTests.HostileNames)
        {
            Tensor x = named.Count + 1.0;
            Tape.Watch(x);
            named.Add(x.Named(row.Data));
            sum += x;
        }
        const string Hostile = "</script></template><img src=x onerror=alert(1)>{{script}}<!--<script>\u2028\"&'";
        var html = Graph.Of([sum.Named(Hostile)]).ToHtml(new() { Title = Hostile });
        Assert.Equal(2, Regex.Count(html, "<script"));
        Assert.Equal(2, Regex.Count(html, "</script"));
        Assert.DoesNotMatch("[\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069\\x00-\\x09\\x0B-\\x1F]", html);
        Assert.DoesNotContain("<img", html);
        Browser.Require();
        await using var page = await browser.Open(html);
        await page.Press("Home", "ArrowRight", "End");
        var count = await page.Ask<int>("document.querySelectorAll('#stage .leaf').length");
        Assert.True(count >= named.Count);
        for (var i = 0; i < count; i++) await page.Ask<object?>($"document.querySelectorAll('#stage .leaf')[{i}].dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))");
        Assert.Equal(0, await page.Ask<int>("document.querySelectorAll('img, iframe, object, embed, a, link').length"));
        Assert.Equal(2, await page.Ask<int>("document.scripts.length"));
        Assert.Contains("</script>", await page.Ask<string>("document.querySelector('h1').textContent"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task The_policy_lets_nothing_else_run_and_nothing_be_fetched()
    {
        await using var page = await Open(SampleGraphs.Apple());
        await page.Ask<object?>("{ const s = document.createElement('script'); s.textContent = 'globalThis.ran = true'; document.body.append(s); }");
        await page.Ask<object?>("document.body.insertAdjacentHTML('beforeend', '<b onclick=\"globalThis.ran = true\"></b>'); document.querySelector('b').click()");
        Assert.True(await page.Ask<bool>("globalThis.ran === undefined"));
        Assert.Equal("refused", await page.Ask<string>("fetch('https://example.org/').then(() => 'fetched', () => 'refused')"));
        Assert.NotEmpty(page.Complaints);
        Assert.DoesNotContain(page.Complaints, complaint => complaint.StartsWith("request http", StringComparison.Ordinal));
    }

    public static TheoryData<string, int> Drawings
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in (string[])["apple", "orange", "mlp", "attention", "residual", "transformer"])
                foreach (var width in (int[])[375, 1920]) data.Add(name, width);
            return data;
        }
    }

    internal static Graph Drawing(string name) => name switch
    {
        "apple" => SampleGraphs.Apple(),
        "orange" => SampleGraphs.Orange(),
        "mlp" => SampleGraphs.Mlp(),
        "attention" => SampleGraphs.Attention(),
        "residual" => SampleGraphs.Residual(recorded: true),
        _ => Transformer(6),
    };

    [Theory]
    [MemberData(nameof(Drawings))]
    public async Task No_text_lies_on_another_and_none_is_cut(string name, int width)
    {
        await using var page = await Open(Drawing(name), width);
        var clashes = await page.Ask<string[]>("""
            (() => {
              const all = [...document.querySelectorAll('#stage text')].map(t => ({ t: t.textContent, b: t.getBBox() })), found = [];
              const shrunk = b => ({ l: b.x + .5, r: b.x + b.width - .5, t: b.y + b.height * .2, m: b.y + b.height * .8 });
              all.forEach((p, i) => all.slice(i + 1).forEach(q => {
                const a = shrunk(p.b), c = shrunk(q.b);
                if (a.l < c.r && c.l < a.r && a.t < c.m && c.t < a.m) found.push(p.t + ' | ' + q.t);
              }));
              for (const node of document.querySelectorAll('#stage [data-node]')) {
                const box = node.querySelector('.outline').getBBox();
                for (const t of node.querySelectorAll('text:not(.operation > .note)')) {
                  const b = t.getBBox();
                  if (b.x < box.x - .5 || b.x + b.width > box.x + box.width + .5) found.push('out of its box: ' + t.textContent);
                }
              }
              if (document.documentElement.scrollWidth > innerWidth) found.push('wider than the window');
              for (const button of document.querySelectorAll('button, h1, #caption')) {
                const b = button.getBoundingClientRect();
                if (b.width > 0 && (b.left < 0 || b.right > innerWidth + .5 || b.bottom > innerHeight + .5)) found.push('out of the window: ' + button.id);
              }
              return found;
            })()
            """);
        Assert.Empty(clashes);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public void A_thousand_nodes_are_written_in_a_second()
    {
        var graph = SampleGraphs.Deep(1000);
        graph.ToHtml();
        var watch = Stopwatch.StartNew();
        var html = graph.ToHtml();
        Assert.True(watch.Elapsed.TotalSeconds < 5, $"{watch.Elapsed}");
        Assert.True(html.Length < 4_000_000, $"{html.Length} characters");
    }
}
