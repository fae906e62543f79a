# A page for each tag and category: Jekyll makes none by itself.
class Lists < Jekyll::Generator
  def generate(site)
    { "tags" => site.tags, "categories" => site.categories }.each do |folder, groups|
      groups.each do |name, posts|
        page = Jekyll::PageWithoutAFile.new(site, site.source, "#{folder}/#{Jekyll::Utils.slugify(name)}", "index.html")
        page.data.update("layout" => "list", "title" => name, "listed" => posts.sort.reverse)
        site.pages << page
      end
    end
  end
end
