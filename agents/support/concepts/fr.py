"""French."""

WORDS = """
absent: absent, pas chez moi, personne n'ouvre, personne a la maison, pas a la maison, voisin, gardien
accident: accident, collision, percut, renvers, bless, choc$, accroch
address: adresse, destination, depose, prise en charge, point de rencontre, venir me chercher, entree
age: age$, ans$, majeur, piece d'identite, carte d'identite, passeport, identite
airport: aeroport, terminal, gare$, arrivees, vol$, avion
alcohol: alcool, biere, vin$, ivre, bourre, saoul, boisson, tabac, cigarette
allergy: allerg, cacahuete, arachide, noix, noisette, gluten, lactose, intoleran, ingredient
animal: chien, chat$, chats$, chiot, animal, animaux
app: appli, ecran, plant, fige, bug, ne charge, ne s'ouvre, mise a jour, se ferme, gele
bank: banque, releve, iban, virement
blocked: bloqu, suspend, banni, desactiv, restreint, verrouill
book: reserv, commander un, commander une, prendre un, il me faut, j'ai besoin d'un, demander un
cancel: annul, arreter, stopper, plus besoin, ne veux plus, renonc, decommand
card: carte, visa, mastercard, paypal, especes, apple pay, google pay, payer avec, moyen de paiement, cb$
change: chang, modifi, corrig, autre, ajout, remplac
charge: debit, preleve, prelevement, factur, paye, encaiss, paiement
child: enfant, bebe, fils$, fille, ado$, mineur, rehausseur, siege auto, ecole, gamin
city: ville, pays, etranger, frontiere, region, zone, disponible a
code: code, sms, pin$, verif, texto
cold: froid, renvers, perime, moisi, pourri, avarie, fondu, cru$, decongel, fuit
company: entreprise, societe, boite$, employeur, employe, collegue, salarie, bureau, professionnel, pro$
courier: livreur, coursier, livr
damaged: abim, casse, endommag, brise, ray, cabosse, dechire, morceaux, fissur
danger: danger, au secours, aide, peur, police, urgence, enferme, ne me laisse pas, pas en securite, me suit
data: donnees, vie privee, confidential, personnel, algorithme, profil
declined: refus, rejet, n'accepte pas, ne passe pas, echou, invalide, ne marche pas, ne fonctionne pas
delete: supprim, effac, fermer mon compte, cloturer, desinscri, rgpd
delivered: livree, livre$, pas recu, jamais recu, jamais arrive, rien recu, marque
disability: aveugle, sourd, malentendant, malvoyant, voiceover, talkback, lecteur d'ecran, handicap, gros caracteres, langue des signes
discrimination: discrimin, race$, racis, noir$, noire, gay, religion, peau, parce que je suis, musulman, voile$, origine
driver: chauffeur, conduct, taxi$
driving: condui, roule, trop vite, vitesse, dangereu, feu rouge, imprud, au volant
email: email, mail, e-mail, courriel
expensive: cher, chere, plus cher, surfactur, trop, majoration, double, augment, supplement, excessif
fare: tarif, prix, cout, montant, devis, estimation, total, combien
food: repas, plat$, plats$, pizza, burger, sushi, diner, dejeuner, restaurant, soupe, frites, cuisine, manger, menu
forbidden: interdit, autoris, batterie, feux d'artifice, petard, explosif, arme, drogue, illegal, permis d'envoyer
found: trouv, a quelqu'un d'autre, pas a moi, appartient
friend: ami$, amis$, amie, parrain, invit, frere, soeur, copain, copine
gps: gps, position, localis, carte$, repere, epingle
grocery: courses, supermarche, lait$, pain$, oeuf, yaourt, fruit, legume, panier, epicerie
hacked: pirat, vole mon compte, quelqu'un utilise, quelqu'un d'autre, hack, fraud, usurp
harassment: harcel, touch, sexuel, drague, attouch, deplace, m'ecrit, propos, suivi
hours: horaire, ouvert, la nuit, week-end, joignable, jour ferie
ill: malade, vomi, intoxic, diarrhee, estomac, ventre, nausee
insurance: assur, couvr, couvert, responsab, qui paie
invoice: facture, recu$, tva, compta, mensuel, justificatif
job: devenir, gagner, travailler, postul, emploi, condition, inscrire, rouler pour
language: langue, parle, francais, polonais, anglais, traduc
late: retard, tard, en attente, toujours pas, pas encore, pas arrive, lent, aurait du, depuis une heure, traine
login: connect, connexion, identifi, mot de passe, me connecter, acces
lost: perdu, oubli, laiss, egare, tombe, perte
luggage: valise, bagage, places, combien de personnes, passager, tient, rentre
message: notif, push, alerte, avis
missing: manqu, incomplet, absent, pas dans le sac
moto: moto, scooter, casque, deux-roues
move: demenag, camion, fourgon, camionnette, meuble, utilitaire
parcel: colis, paquet, carton, envoi, envoy, expedi, marchandise
person: personne, humain, agent, conseiller, operateur, parler a, robot, bot$, quelqu'un de reel
phone: telephone, portable, mobile, iphone, android, sim$, numero
plate: plaque, immatricul, autre voiture, autre chauffeur, pas la meme, correspond
points: points, fidelite, recompense, bonus
promo: promo, coupon, bon$, reduction, code, offre, remise, avoir
property: cles, clef, parapluie, veste, sac$, lunettes, sac a dos, ordinateur, portefeuille, quelque chose, objet, affaires
refund: rembours, rendre mon argent, recuper mon argent, mon argent, dedommag, compens, rendu
review: reexam, recours, contest, conteste, pas d'accord, injuste, decision, reconsider, revoir, rejet
ride: course, trajet, taxi, voiture, vtc$, vehicule, deplacement
rude: impoli, malpoli, cri$, hurl, insult, desagreable, plainte, plaindre, comport, agressi, grossier
scam: arnaque, phishing, hameconn, faux, suspect, est-ce vrai, se fait passer, pretend
schedule: programm, demain, plus tard, plus tot, report, a l'avance, semaine prochaine, mois prochain, date, heure
shared: qui voit, peut voir, suivre, partag, famille, proches
soiled: sale$, sales$, crade, pue$, odeur, tache, nettoy, vomi, salete, degueu
steps: marche$, marches$, escalier, ascenseur, plain-pied, rez-de-chaussee, trottoir, monter
subscription: abonn, adhesion, formule mensuelle, renouvel
tier: gold, silver, bronze, platinum, premium, categorie, gamme, niveau, argent$, or$
tip: pourboire, felicit, compliment, merci, gentil, adorable
twice: deux fois, double, doublon, deux debits, deux commandes, en double
violence: violen, attaqu, agress, menac, vol$, vole$, couteau, arme, pistolet, frapp, coup$
wait: attend, attente, minutes
wallet: portefeuille, solde, recharg, wallet, porte-monnaie, credit, retirer, alimenter
wheelchair: fauteuil, rampe, accessib, mobilite, pmr$, deambulateur, bequille
where: ou est, ou en est, suivi, eta$, statut, combien de temps, en route, arrive, ne bouge, immobile
wrong: faux, fausse, mauvais, erreur, trompe, incorrect, pas le bon, pas ce que, different
"""
